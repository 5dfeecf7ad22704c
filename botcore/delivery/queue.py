"""A stream of entries that stand for conversations, shared by many consumers of one group."""

from __future__ import annotations

import secrets
import time
from typing import Any, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from botcore.delivery.keys import GROUP, PULSES, PULSES_SINCE
from botcore.delivery.pulse import Pulse
from botcore.stores.commands import Commands
from botcore.stores.errors import translate
from botcore.stores.script import Script

log = structlog.get_logger()

_TAKEOVER = Script.load("botcore.delivery.scripts", "takeover.lua")

LEASE_SECONDS = 2.5
"""How long a consumer may be silent before its entries go to others."""
LONGEST = 10_000
"""Entries whose beginning is remembered at most."""
SWEEP = 0.1
"""How often it looks for such entries, as a share of the lease: what is left of 3 s goes to the next turn itself."""


class Entry(NamedTuple):
    """It stands for a conversation."""

    stream: str
    id: str
    conversation: str
    message: bytes = b""
    """What is to be sent, where the entry brings it along."""


class Queue:
    """Reads entries: new ones, and those whose consumer has been silent for a lease.

    With a `pulse`, entries of a process that has died come as soon as its own pulse is missed. That is for work which
    a fence protects: a process that was only slow does it in vain, and nobody sees it.
    """

    def __init__(
        self, redis: Redis, commands: Commands, *, lease: float = LEASE_SECONDS, pulse: Pulse | None = None
    ) -> None:
        self._redis = redis
        self._commands = commands
        self._lease = lease
        self._pulse = pulse
        self._handed: dict[str, float] = {}
        self._slots = 0
        self._swept: dict[str, float] = {}
        self._known: set[str] = set()
        self.consumer = pulse.name if pulse else secrets.token_hex(8)

    async def take(self, streams: list[str], count: int, wait: float) -> list[Entry]:
        """Up to `count`, waiting up to `wait` seconds for the first."""
        self._slots = max(self._slots, count)
        if self._pulse:
            self._pulse.begin()
        try:
            for stream in streams:
                await self._ensure_group(stream)
            left = await self._abandoned(streams, count)
            return left or await self._new(streams, count, wait)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise translate(error) from error
            self._known.clear()  # the server lost its data, or it is another server
            return []
        except RedisError as error:
            raise translate(error) from error

    def begun(self, entry: str) -> None:
        """What the entry stands for is being worked on from now on."""
        if self._pulse:
            self._handed[entry] = time.monotonic()

    def ended(self, entry: str) -> None:
        """It is done. No-op for one that has not begun."""
        began = self._handed.pop(entry, None)
        if self._pulse and began:
            self._pulse.took(time.monotonic() - began, self._slots)
        if len(self._handed) > LONGEST:
            self._handed.clear()  # turns that failed never end

    async def _ensure_group(self, stream: str) -> None:
        if stream in self._known:
            return
        try:
            await self._redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._known.add(stream)

    async def _new(self, streams: list[str], count: int, wait: float) -> list[Entry]:
        # It must look for abandoned entries in between.
        block = max(1, int(min(wait, self._lease * SWEEP) * 1000))
        reply: Any = await self._redis.xreadgroup(
            GROUP, self.consumer, dict.fromkeys(streams, ">"), count=count, block=block
        )
        found = []
        for stream, entries in reply or []:
            found += await self._readable(stream.decode(), entries)
        return found

    async def _abandoned(self, streams: list[str], count: int) -> list[Entry]:
        found: list[Entry] = []
        for stream in streams:
            if time.monotonic() - self._swept.get(stream, 0.0) < self._lease * SWEEP:
                continue
            reply: Any = await self._redis.xautoclaim(
                stream, GROUP, self.consumer, int(self._lease * 1000), start_id="0-0", count=count
            )
            entries = [(entry, fields) for entry, fields in reply[1] if entry and fields]
            if len(entries) < count:
                self._swept[stream] = time.monotonic()
            found += await self._readable(stream, entries)
            found += await self._of_the_dead(stream, count)
        return found

    async def _readable(self, stream: str, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Entry]:
        """Those that name a conversation. Others are not ours, and go."""
        found = []
        for entry, fields in entries:
            if b"c" in fields:
                found.append(Entry(stream, entry.decode(), _name(fields[b"c"]), fields.get(b"m", b"")))
            else:
                log.error("an entry that is not ours is dropped", stream=stream, entry=entry, fields=fields)
                await self._commands("XACK", stream, GROUP, entry)
                await self._commands("XDEL", stream, entry)
        return found

    async def _of_the_dead(self, stream: str, count: int) -> list[Entry]:
        if self._pulse is None:
            return []
        silent = int(self._pulse.silent * 1000)
        taken = await self._commands.script(
            _TAKEOVER, [stream, PULSES, PULSES_SINCE], [GROUP, self.consumer, silent, count]
        )
        return [
            Entry(stream, entry.decode(), _name(name))
            for entry, name in zip(taken[::2], taken[1::2], strict=True)
        ]


def _name(conversation: bytes) -> str:
    return conversation.decode("utf-8", "surrogateescape")
