"""What a person means who answers a numbered choice by its number."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from botcore.channels.rendering import choice
from botcore.types import AnyEvent, Message


def meant(event: AnyEvent, offered: Sequence[str]) -> AnyEvent:
    """The event, with the label in the place of its number: for plugins and the history it was the button."""
    if not offered or not isinstance(event, Message):
        return event
    label = choice(event.text, offered)
    return event if label is None else msgspec.structs.replace(event, text=label)
