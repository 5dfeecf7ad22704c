"""Which processes are there: each says so once a second, and is forgotten when it has been silent."""

from __future__ import annotations

import asyncio
import time

import structlog

from botcore.delivery.keys import PREFIX
from botcore.errors import StoreError
from botcore.stores.commands import Commands

log = structlog.get_logger()

SILENT_SECONDS = 5.0


class Presence:
    """The roll of one role's processes, by wall clock; machines may differ by a second or two."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def announce(self, role: str, process: str) -> None:
        """Say every second that this process is there, until cancelled."""
        try:
            while True:
                await self._say(role, process)
                await asyncio.sleep(1)
        finally:
            await self._leave(role, process)

    async def count(self, role: str) -> int:
        """How many processes of this role have spoken lately. Raises StoreError."""
        return len(await self.processes(role))

    async def processes(self, role: str) -> list[str]:
        """The names by which they announced themselves. Raises StoreError."""
        since = time.time() - SILENT_SECONDS
        names: list[bytes] = await self._commands("ZRANGEBYSCORE", _key(role), since, "+inf")
        return [name.decode() for name in names]

    async def _say(self, role: str, process: str) -> None:
        try:
            await self._commands("ZADD", _key(role), time.time(), process)
            await self._commands("ZREMRANGEBYSCORE", _key(role), "-inf", time.time() - 60 * SILENT_SECONDS)
        except StoreError as error:
            log.warning("can't say that this process is there", error=str(error))

    async def _leave(self, role: str, process: str) -> None:
        try:
            await self._commands("ZREM", _key(role), process)
        except StoreError as error:
            log.debug("can't say that this process is leaving", error=str(error))


def _key(role: str) -> str:
    return f"{PREFIX}role:{role}"
