"""Sends each part of a message at most twice, though nobody can find out whether an uncertain try arrived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from botcore.channels.base import Attempts
from botcore.channels.telegram.failures import TelegramFailure, Uncertain
from botcore.channels.telegram.recent import Recent
from botcore.errors import StoreError
from botcore.types import Address

log = structlog.get_logger()

TRIES = 2
"""Whose outcome is unknown, of one part."""


class RecentAttempts(Attempts):
    """For a channel without a store: what this process remembers. None stands for what has arrived."""

    def __init__(self) -> None:
        self._tries: Recent[int] = Recent()

    async def begin(self, address: Address, key: str, part: int) -> int | None:
        before = self._tries.get(f"{key} {part}") or 0
        if before > TRIES:
            return None
        self._tries.put(f"{key} {part}", before + 1)
        return before

    async def failed(self, address: Address, key: str, part: int) -> None:
        self._tries.put(f"{key} {part}", max(0, (self._tries.get(f"{key} {part}") or 0) - 1))

    async def arrived(self, address: Address, key: str, part: int) -> None:
        self._tries.put(f"{key} {part}", TRIES + 1)


class Tries:
    def __init__(self, attempts: Attempts | None) -> None:
        self._attempts = attempts or RecentAttempts()
        self.uncertain = 0
        """Tries whose outcome nobody knows, those of a process that died over it included."""

    async def make(
        self, address: Address, key: str, part: int, send: Callable[[bool], Awaitable[Any]]
    ) -> Any:
        """What one try answers; None where the part has arrived, or was tried twice.

        `send` is told whether it may be a repetition.

        Raises what `send` raises, and StoreError before it where the try can't be noted.
        """
        before = await self._attempts.begin(address, key, part)
        if before is None:
            return None
        if before:
            self.uncertain += 1
            log.warning("it is unknown whether a message arrived", key=key, part=part, tries=before)
        if before >= TRIES:
            return None
        try:
            answer = await send(before > 0)
        except Uncertain:
            raise
        except TelegramFailure:
            await self._attempts.failed(address, key, part)
            raise
        with suppress(
            StoreError
        ):  # it is out; without this note it is repeated once, if the process dies now
            await self._attempts.arrived(address, key, part)
        return answer
