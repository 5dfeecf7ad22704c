"""Timers that outlive every process and come once: from the set of what is due into the mailboxes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from botcore.conversation import decode_event
from botcore.delivery import keys
from botcore.delivery.base import Timers
from botcore.delivery.memory import MemoryStore
from botcore.errors import CorruptRecord, MailboxFull, StoreError
from botcore.stores.commands import Commands
from botcore.stores.outage import Outage
from botcore.stores.script import Script
from botcore.types import Address, Timer

_DUE = Script.load("botcore.delivery.scripts", "due.lua")
_FIRE = Script.load("botcore.delivery.scripts", "fire.lua")
PAGE = 100
LOOK_SECONDS = 1.0
"""Between two looks; a timer that is asked for later than this ahead is never late by it."""
AGAIN_SECONDS = 5.0
"""After which a timer is tried again whose mailbox was full."""


class MemoryTimers(Timers):
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def fire(self, now: float) -> float | None:
        for timer in [timer for timer in self._store.timers() if timer.due <= now]:
            try:
                await self._store.push(timer)
            except MailboxFull:
                continue
            self._store.of(timer.address).timers.pop(timer.id, None)
        following = next(iter(self._store.timers()), None)
        if following is None:
            return None
        return following.due if following.due > now else now + AGAIN_SECONDS

    async def waiting(self, address: Address) -> Sequence[Timer]:
        return sorted(self._store.of(address).timers.values(), key=lambda timer: timer.due)


class RedisTimers(Timers):
    """`mailbox_limit` and `remember_seconds` are those of the inbox."""

    def __init__(self, commands: Commands, *, mailbox_limit: int, remember_seconds: int) -> None:
        self._commands = commands
        self._mailbox_limit = mailbox_limit
        self._remember_seconds = remember_seconds

    async def fire(self, now: float) -> float | None:
        due, following = await self._commands.script(_DUE, [keys.DUE], [now, PAGE])
        moved = await asyncio.gather(
            *(self._move(raw.decode("utf-8", "surrogateescape"), now) for raw in due)
        )
        again = [float(following)] if following else []
        if not all(moved):
            again.append(now + AGAIN_SECONDS)
        return min(again, default=None)

    async def _move(self, member: str, now: float) -> bool:
        """False where its mailbox was full."""
        id, _, name = member.partition(" ")
        address = Address.parse(name)
        outcome = await self._commands.script(
            _FIRE,
            [keys.DUE, keys.timers(address), keys.mailbox(address), keys.READY, keys.seen(address, id)],
            [member, id, name, self._mailbox_limit, self._remember_seconds, now + AGAIN_SECONDS],
        )
        return bool(outcome != -1)

    async def waiting(self, address: Address) -> Sequence[Timer]:
        found = []
        for raw in await self._commands("HVALS", keys.timers(address)):
            try:
                event = decode_event(raw)
            except CorruptRecord:
                continue
            if isinstance(event, Timer):
                found.append(event)
        return sorted(found, key=lambda timer: timer.due)


class Pump:
    """`run()` until cancelled, in as many processes as there are. Machines whose clocks differ fire as much early."""

    def __init__(self, timers: Timers, clock: Callable[[], float] = time.time) -> None:
        self._timers = timers
        self._clock = clock
        self._away = Outage("timers can't be looked at")

    async def run(self) -> None:
        while True:
            following = None
            try:
                following = await self._timers.fire(self._clock())
                self._away.over()
            except StoreError as error:
                self._away.met(error)
            pause = LOOK_SECONDS if following is None else following - self._clock()
            await asyncio.sleep(min(max(pause, 0.01), LOOK_SECONDS))
