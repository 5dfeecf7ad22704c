"""Keeps Telegram's "not before": no call about a chat inside the time for which it wants none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from botcore.channels.telegram.failures import Flooded
from botcore.channels.telegram.lanes import Lanes

T = TypeVar("T")

SLACK = 0.05
"""Seconds added, since clocks and networks differ."""


class Windows:
    """One process's knowledge of closed chats. Each waits by itself; no other chat is held up.

    Calls about one chat go one after another: a second one under way would come inside the window that the answer to
    the first is about to name.
    """

    def __init__(self) -> None:
        self._until: dict[int, float] = {}
        self._lanes = Lanes()

    async def call(self, chat: int, call: Callable[[], Awaitable[T]]) -> T:
        """Once calls about this chat are welcome. Raises what `call` raises."""
        async with self._lanes.of(chat):
            await asyncio.sleep(max(0.0, self._left(chat)))  # nobody else can shut it meanwhile
            return await self._watched(chat, call)

    async def call_if_open(self, chat: int, call: Callable[[], Awaitable[T]]) -> T | None:
        """None, and no call, where the chat wants none now."""
        if not self.is_open(chat):
            return None
        async with self._lanes.of(chat):
            return await self._watched(chat, call) if self.is_open(chat) else None

    def is_open(self, chat: int) -> bool:
        return self._left(chat) <= 0

    async def _watched(self, chat: int, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await call()
        except Flooded as flooded:
            self._shut(chat, flooded.seconds)
            raise

    def _shut(self, chat: int, seconds: float) -> None:
        now = time.monotonic()
        self._until = {one: until for one, until in self._until.items() if until > now}
        self._until[chat] = max(self._until.get(chat, 0.0), now + seconds + SLACK)

    def _left(self, chat: int) -> float:
        return self._until.get(chat, 0.0) - time.monotonic()
