"""Buttons of a reply as an inline keyboard, and a pressed button as the text that it says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from botcore.channels.telegram.updates import Press

STOP = "stop"
"""What the button under a growing answer sends; others begin with a number."""
ROW_CHARACTERS = 28
ROW_BUTTONS = 3


def keyboard(buttons: Sequence[str]) -> dict[str, Any] | None:
    """None without buttons. Short ones stand side by side; the renderer has seen to it that there are not too many."""
    rows: list[list[dict[str, str]]] = []
    room = 0
    for index, label in enumerate(_labels(buttons)):
        if not rows or len(label) > room or len(rows[-1]) == ROW_BUTTONS:
            rows.append([])
            room = ROW_CHARACTERS
        rows[-1].append({"text": label, "callback_data": _data(index, label)})
        room -= len(label)
    return {"inline_keyboard": rows} if rows else None


def stop_keyboard(label: str) -> dict[str, Any]:
    """Under an answer that grows."""
    return {"inline_keyboard": [[{"text": label, "callback_data": STOP}]]}


def _labels(buttons: Sequence[str]) -> list[str]:
    return [label for label in (" ".join(button.split()) for button in buttons) if label]


def _data(index: int, label: str) -> str:
    """At most 64 bytes. The text itself is longer at times, so that it is taken from the keyboard."""
    digest = hashlib.sha256(label.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{index}:{digest}"


def said_by(press: Press) -> str:
    """The text of the pressed button; empty where its message is too old to tell, or the button is not ours."""
    markup = press.message.reply_markup if press.message else None
    for row in markup.inline_keyboard if markup else ():
        for button in row:
            index = press.data.partition(":")[0]
            if button.callback_data == press.data and index.isdecimal():
                return button.text if press.data == _data(int(index), button.text) else ""
    return ""
