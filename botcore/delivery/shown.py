"""What channels showed of each outgoing message, and what they tried to: known to the store, so that it outlives them.

Both classes are the `ShownMessages` and the `Attempts` of `channels.base`. A conversation's newest messages are kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import orjson

from botcore.delivery import keys
from botcore.stores.commands import Argument, Commands
from botcore.stores.script import Script
from botcore.types import Address

_KEEP = Script.load("botcore.delivery.scripts", "shown_keep.lua")
_ATTEMPT = Script.load("botcore.delivery.scripts", "attempt.lua")
MESSAGES = 200
"""Kept of one conversation."""
KEEP_SECONDS = 30 * 86_400
ARRIVED = 1_000_000
"""Stands for a part of which it is known; nobody tries as often."""
ATTEMPT_SECONDS = 2 * 86_400
"""Longer than any message waits in the outbox before it is given up."""


class MemoryShown:
    def __init__(self, *, messages: int = MESSAGES) -> None:
        self._messages = messages
        self._ids: dict[Address, dict[str, tuple[str, ...]]] = {}
        self._attempts: dict[tuple[Address, str, int], int | None] = {}

    async def keep(self, address: Address, key: str, ids: Sequence[str]) -> None:
        kept = self._ids.setdefault(address, {})
        kept[key] = tuple(ids)
        if len(kept) > self._messages:
            del kept[next(iter(kept))]

    async def of(self, address: Address, key: str) -> tuple[str, ...]:
        return self._ids.get(address, {}).get(key, ())

    async def key_of(self, address: Address, id: str) -> str:
        newest_first = reversed(self._ids.get(address, {}).items())
        return next((key for key, ids in newest_first if id and id in ids), "")

    async def begin(self, address: Address, key: str, part: int) -> int | None:
        before = self._attempts.get((address, key, part), 0)
        if before is not None:
            self._attempts[address, key, part] = before + 1
        return before

    async def failed(self, address: Address, key: str, part: int) -> None:
        if count := self._attempts.get((address, key, part)):
            self._attempts[address, key, part] = count - 1

    async def arrived(self, address: Address, key: str, part: int) -> None:
        self._attempts[address, key, part] = None


class RedisShown:
    def __init__(
        self, commands: Commands, *, messages: int = MESSAGES, keep_seconds: int = KEEP_SECONDS
    ) -> None:
        self._commands = commands
        self._messages = messages
        self._keep_seconds = keep_seconds

    async def keep(self, address: Address, key: str, ids: Sequence[str]) -> None:
        await self._commands.script(
            _KEEP,
            [keys.shown(address), keys.shown_order(address)],
            [key, orjson.dumps(list(ids)), self._messages, self._keep_seconds, *ids],
        )

    async def of(self, address: Address, key: str) -> tuple[str, ...]:
        reply = await self._commands("HGET", keys.shown(address), f"k:{key}")
        return tuple(orjson.loads(reply)) if reply else ()

    async def key_of(self, address: Address, id: str) -> str:
        reply = await self._commands("HGET", keys.shown(address), f"i:{id}")
        return reply.decode("utf-8", "surrogateescape") if reply else ""

    async def begin(self, address: Address, key: str, part: int) -> int | None:
        now = await self._count(address, key, part, 1)
        return None if now >= ARRIVED else now - 1

    async def failed(self, address: Address, key: str, part: int) -> None:
        await self._count(address, key, part, -1)

    async def arrived(self, address: Address, key: str, part: int) -> None:
        await self._count(address, key, part, ARRIVED)

    async def _count(self, address: Address, key: str, part: int, change: int) -> int:
        name = keys.attempts(address, key)
        arguments: list[Argument] = [part, change, ATTEMPT_SECONDS, secrets.token_hex(8)]
        return int(await self._commands.script(_ATTEMPT, [name], arguments))
