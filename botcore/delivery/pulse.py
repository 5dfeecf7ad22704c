"""A process's sign of life, by which others know within a second and a half that it has died.

It comes from a thread, so that a plugin that blocks the event loop is not taken for dead. Turns of a loop that hangs
for good still go to others after their lease, which the loop itself has to renew.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from contextlib import suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.delivery import keys
from botcore.stores.connection import connect
from botcore.stores.script import Script

log = structlog.get_logger()

_BEAT = Script.load("botcore.delivery.scripts", "beat.lua")
EVERY_SECONDS = 0.25
SILENT_SECONDS = 1.25
"""Four beats missed: its turns go to others."""
PATIENCE_SECONDS = 0.5
"""For one beat; a connection that is slower is given up for a new one."""

TURNS = 50
"""Over which the time that a turn takes is averaged."""


class Pulse:
    """`begin()`, then beats until `aclose()`, which tells the others at once that this process is gone.

    It also tells how many turns a second this process can do, so that no more is accepted than is answered within
    `patience` seconds, or within the time of one turn where that is longer; 0 for any time.
    """

    def __init__(
        self, url: str, *, every: float = EVERY_SECONDS, silent: float = SILENT_SECONDS, patience: float = 0.0
    ) -> None:
        self._url = url
        self._every = every
        self._thread: threading.Thread | None = None
        self._leaving = threading.Event()
        self.silent = silent
        self._patience = patience
        self._turn_seconds = 0.0
        self._slots = 0
        self.name = secrets.token_hex(8)

    def begin(self) -> None:
        """Beginning twice is a no-op."""
        if self._thread is None and not self._leaving.is_set():
            self._thread = threading.Thread(
                target=asyncio.run, args=(self._run(),), name="pulse", daemon=True
            )
            self._thread.start()

    def took(self, seconds: float, slots: int) -> None:
        """One more turn took so long, where so many can be under way."""
        share = 1 / TURNS if self._turn_seconds else 1.0
        self._turn_seconds += (seconds - self._turn_seconds) * share
        self._slots = slots

    async def aclose(self) -> None:
        """Closing twice is a no-op."""
        self._leaving.set()
        if self._thread:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    async def _run(self) -> None:
        redis = connect(self._url, tries=0, seconds=PATIENCE_SECONDS)
        while not self._leaving.is_set():
            await self._beat(redis)
            await asyncio.to_thread(self._leaving.wait, self._every)
        with suppress(RedisError, OSError):
            await self._say(redis, gone=True)
        await redis.aclose()

    async def _beat(self, redis: Redis) -> None:
        try:
            await self._say(redis)
        except (RedisError, OSError) as error:
            log.debug("a sign of life was not heard", error=str(error))

    async def _say(self, redis: Redis, *, gone: bool = False) -> None:
        redis_eval: Any = redis.eval
        names = (keys.PULSES, keys.PULSES_SINCE, keys.RATES, keys.ROOM)
        # Little's law, and under load it holds for turns that wait for the processor too.
        rate = self._slots / self._turn_seconds if self._patience and self._turn_seconds else 0
        patience = max(self._patience, self._turn_seconds)
        arguments = (self.name, int(gone), int(self.silent * 500), 0 if gone else rate, patience)
        await redis_eval(_BEAT.source, len(names), *names, *arguments)
