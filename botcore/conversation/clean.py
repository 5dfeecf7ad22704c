"""Makes any text storable: what UTF-8 or PostgreSQL can't hold is replaced at the door, once."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from botcore.types import Edited, Message, Reacted, Reply

_Event = TypeVar("_Event", bound=msgspec.Struct)


def clean_text(text: str) -> str:
    """Without NUL, and with U+FFFD for lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_event(event: _Event) -> _Event:
    """The event with a storable text."""
    if isinstance(event, Message | Edited):
        return msgspec.structs.replace(event, text=clean_text(event.text))
    if isinstance(event, Reacted):
        added, removed = (tuple(map(clean_text, names)) for names in (event.added, event.removed))
        return msgspec.structs.replace(event, added=added, removed=removed)
    return event


def clean_reply(reply: Reply) -> Reply:
    """The reply with storable texts."""
    text, buttons = clean_text(reply.text), [clean_text(button) for button in reply.buttons]
    if text is reply.text and buttons == list(reply.buttons):
        return reply
    return msgspec.structs.replace(reply, text=text, buttons=buttons)
