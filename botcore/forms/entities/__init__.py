"""Values in what a person writes: numbers, money, dates, addresses, names; each with the place where it stands."""

from botcore.forms.entities.base import Entity, Kind, Moment, Money
from botcore.forms.entities.extraction import extract
from botcore.forms.entities.names import find_names

__all__ = ["Entity", "Kind", "Moment", "Money", "extract", "find_names"]
