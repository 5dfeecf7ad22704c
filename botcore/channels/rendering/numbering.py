"""Which channels write choices as a numbered list where others have buttons, so that a person may answer "2"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from botcore.channels.rendering.discord import DISCORD
from botcore.channels.rendering.parts import Limits, as_buttons
from botcore.channels.rendering.telegram import TELEGRAM
from botcore.types import Reply

_BUTTONS: Mapping[str, Limits] = {"discord": DISCORD, "telegram": TELEGRAM}
_NUMBERS = frozenset({"cli"})


def numbered(channel: str, labels: Sequence[str], always: Collection[str] = ()) -> bool:
    """Whether these choices are numbered there. `always` names further channels that have no buttons at all."""
    if not labels:
        return False
    limits = _BUTTONS.get(channel)
    degraded = limits is not None and not as_buttons(Reply(buttons=labels), limits)
    return degraded or channel in _NUMBERS or channel in always
