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


class Pulse:
    """`begin()`, then beats until `aclose()`, which tells the others at once that this process is gone."""

    def __init__(self, url: str, *, every: float = EVERY_SECONDS, silent: float = SILENT_SECONDS) -> None:
        self._url = url
        self._every = every
        self._thread: threading.Thread | None = None
        self._leaving = threading.Event()
        self.silent = silent
        self.name = secrets.token_hex(8)

    def begin(self) -> None:
        """Beginning twice is a no-op."""
        if self._thread is None and not self._leaving.is_set():
            self._thread = threading.Thread(
                target=asyncio.run, args=(self._run(),), name="pulse", daemon=True
            )
            self._thread.start()

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
        names = (keys.PULSES, keys.PULSES_SINCE)
        await redis_eval(_BEAT.source, 2, *names, self.name, int(gone), int(self.silent * 500))
