"""What people do, once it is clear who did it where: what `Reader` makes of updates."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from botcore.channels.telegram.contents import FoundFile
from botcore.channels.telegram.places import Place
from botcore.types import Person


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person did."""

    id: str
    """Of the event that it becomes."""
    place: Place
    """By which the conversation is known."""
    person: Person
    at: float


class Incoming(Deed, frozen=True, kw_only=True):
    """Said by writing, by changing what was written, or by pressing a button."""

    message_id: int
    text: str = ""
    files: Sequence[FoundFile] = ()
    album: str = ""
    """The same for all messages of an album."""
    meant: bool = True
    """For the bot. Of an album one message with its name in it is enough."""
    changes: str = ""
    """Id of the message that was changed."""
    press: str = ""
    """Id of the pressed button; Telegram wants it answered whatever becomes of it."""
    stops: bool = False
    """The button under a growing answer."""


class Reaction(Deed, frozen=True, kw_only=True):
    message_id: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


class Erasure(Deed, frozen=True, kw_only=True):
    messages: Sequence[str]
    """Ids of what is gone."""


class Membership(Deed, frozen=True, kw_only=True):
    """The bot came into a chat, or had to leave it; in a private chat, the person unblocked or blocked it."""

    inside: bool
    was_inside: bool
