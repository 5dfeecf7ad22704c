"""What a channel remembers over a restart, in Redis."""

from __future__ import annotations

from botcore.delivery import keys
from botcore.stores.commands import Commands


class RedisNotebook:
    """See `channels.base.Notebook`; one for each channel."""

    def __init__(self, commands: Commands, channel: str) -> None:
        self._commands = commands
        self._channel = channel

    async def read(self, key: str) -> str:
        found: bytes | None = await self._commands("GET", keys.note(self._channel, key))
        return found.decode() if found else ""

    async def write(self, key: str, value: str, *, seconds: float = 0.0) -> None:
        name = keys.note(self._channel, key)
        if not value:
            await self._commands("DEL", name)
        elif seconds:
            await self._commands("SET", name, value, "PX", max(1, int(seconds * 1000)))
        else:
            await self._commands("SET", name, value)
