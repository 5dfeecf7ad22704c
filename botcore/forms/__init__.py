"""Dialogues that collect typed values: the entities of a text, and the forms that they fill."""

from botcore.forms.entities.base import Money
from botcore.forms.form import Form
from botcore.forms.slots import Email, Holds, OrderNumber, Phone, Url
from botcore.forms.state import FormState, Outcome, Said, Say

__all__ = [
    "Email",
    "Form",
    "FormState",
    "Holds",
    "Money",
    "OrderNumber",
    "Outcome",
    "Phone",
    "Said",
    "Say",
    "Url",
]
