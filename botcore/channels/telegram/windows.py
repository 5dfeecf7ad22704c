"""Keeps Telegram's "not before": no call about a chat inside the time for which it wants none."""

from __future__ import annotations

import asyncio
import time

SLACK = 0.05
"""Seconds added, since clocks and networks differ."""


class Windows:
    """One process's knowledge of closed chats. Each waits by itself; no other chat is held up."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    def shut(self, chat: int, seconds: float) -> None:
        now = time.monotonic()
        self._until = {one: until for one, until in self._until.items() if until > now}
        self._until[chat] = max(self._until.get(chat, 0.0), now + seconds + SLACK)

    def is_open(self, chat: int) -> bool:
        return self._left(chat) <= 0

    async def wait(self, chat: int) -> None:
        """Until calls about this chat are welcome."""
        left = self._left(chat)
        if left > 0:
            await asyncio.sleep(left)
            await self.wait(chat)  # it may have been shut again meanwhile

    def _left(self, chat: int) -> float:
        return self._until.get(chat, 0.0) - time.monotonic()
