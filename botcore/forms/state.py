"""What is kept of a form between two messages, what was said, and what is to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from pydantic import BaseModel

from botcore.forms.entities.base import Moment

Stage = Literal["asking", "confirming", "offering"]
"""offering: it lay too long, and the person is asked whether to go on."""


class FormState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A form in progress. Made of plain data, so that it lies in the dialogue's state as it is."""

    values: dict[str, Any] = {}
    """Checked values by slot, in their normalised form (JSON)."""
    asked: str = ""
    """The slot whose question stands open."""
    stage: Stage = "asking"
    tries: int = 0
    """Messages in a row that did not help."""
    at: float = 0.0
    """Unix seconds of the last message that the form heard."""

    def plain(self) -> dict[str, Any]:
        """For the store."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def of(cls, plain: object) -> FormState | None:
        """From the store; None where it can't be read (an older version's, say)."""
        try:
            return msgspec.convert(plain, cls)
        except msgspec.ValidationError:
            return None


class Said(msgspec.Struct, frozen=True):
    """One message to a form, with what the plugin calls its slots in the person's language."""

    text: str
    moment: Moment
    labels: Mapping[str, Sequence[str]] = {}
    """Slot -> its names in a sentence."""
    choices: Mapping[str, Mapping[str, Sequence[str]]] = {}
    """Slot -> choice -> other names of it."""


class Say(msgspec.Struct, frozen=True):
    """One thing to say; the words are found where the person's language is known."""

    key: Literal[
        "ask",
        "again",
        "several",
        "changed",
        "problem",
        "confirm",
        "what_to_change",
        "cancelled",
        "offer",
        "back",
    ]
    slot: str = ""
    reason: str = ""
    """problem: pydantic's name of the error, or the sentence of the plugin's own check."""
    details: Mapping[str, str] = {}


class Outcome(msgspec.Struct, frozen=True):
    """What a message did to a form."""

    state: FormState | None
    """None: the form is closed."""
    says: Sequence[Say] = ()
    heard: bool = True
    """False: the message is not for the form; somebody else may answer it, and the form waits as it stands."""
    filled: BaseModel | None = None
    """The whole form, checked and confirmed."""
