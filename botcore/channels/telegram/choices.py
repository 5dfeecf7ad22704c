"""Buttons that are too long or too many stand in the text as numbered choices: who answers `2` says the second one."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.channels.rendering import TelegramPart
from botcore.channels.rendering.parts import choice
from botcore.channels.telegram.items import Item
from botcore.channels.telegram.recent import Recent
from botcore.types import Address, Reply


class Choices:
    """What the newest message of each conversation offers; this process remembers."""

    def __init__(self) -> None:
        self._offered: Recent[Sequence[str]] = Recent()

    def offer(self, address: Address, reply: Reply, items: Sequence[Item]) -> None:
        """The message is on its way; what an earlier one offered is void."""
        as_buttons = any(isinstance(item, TelegramPart) and item.buttons for item in items)
        if reply.buttons and not as_buttons:
            self._offered.put(str(address), reply.buttons)
        elif items:
            self._offered.pop(str(address))

    def said(self, address: Address, text: str) -> str:
        """The choice that the text names, else the text."""
        offered = self._offered.get(str(address))
        return (choice(text, offered) or text) if offered else text
