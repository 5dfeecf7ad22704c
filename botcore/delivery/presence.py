"""Which processes are there: each says so once a second, and is forgotten when it has been silent."""

from __future__ import annotations

import asyncio

import structlog

from botcore.delivery.keys import PREFIX
from botcore.errors import StoreError
from botcore.stores.commands import Commands
from botcore.stores.outage import Outage
from botcore.stores.script import Script

log = structlog.get_logger()

_ROLL = Script.load("botcore.delivery.scripts", "roll.lua")
SILENT_SECONDS = 5


class Presence:
    """The roll of one role's processes, by the server's clock."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._away = Outage("can't say that this process is there")

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
        names: list[bytes] = await self._commands.script(_ROLL, [_key(role)], ["", SILENT_SECONDS])
        return [name.decode() for name in names]

    async def _say(self, role: str, process: str) -> None:
        try:
            await self._commands.script(_ROLL, [_key(role)], [process, SILENT_SECONDS])
            self._away.over()
        except StoreError as error:
            self._away.met(error)

    async def _leave(self, role: str, process: str) -> None:
        try:
            await self._commands("ZREM", _key(role), process)
        except StoreError as error:
            log.debug("can't say that this process is leaving", error=str(error))


def _key(role: str) -> str:
    return f"{PREFIX}role:{role}"
