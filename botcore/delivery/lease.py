"""Leases: what only one process may do at a time, such as holding a channel's one connection."""

from __future__ import annotations

import asyncio
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from botcore.delivery import keys
from botcore.errors import StoreError
from botcore.stores.commands import Commands
from botcore.stores.script import Script

log = structlog.get_logger()

_TAKE = Script.load("botcore.delivery.scripts", "lease_take.lua")
_KEEP = Script.load("botcore.delivery.scripts", "lease_keep.lua")
LEASE_SECONDS = 3.0
"""After which a holder that is silent has lost it; with the pause between two tries, a takeover takes 3.5 s."""
SERVE_AGAIN_SECONDS = 1.0


class Lease(ABC):
    """Names, each held by one owner at a time, for as long as it renews."""

    @abstractmethod
    async def take(self, name: str, owner: str, seconds: float) -> int:
        """The fencing token, which grows with each new holder; 0 where another owner holds it.

        The owner that holds it gets its token again, and the lease is renewed.
        """

    @abstractmethod
    async def renew(self, name: str, token: int, seconds: float) -> bool:
        """False where the lease has run out, or is another's."""

    @abstractmethod
    async def release(self, name: str, token: int) -> None:
        """Let others take it at once. No-op for a lease that is not held by this token."""


class MemoryLease(Lease):
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, tuple[int, str, float]] = {}
        self._tokens: dict[str, int] = {}

    async def take(self, name: str, owner: str, seconds: float) -> int:
        token, holder, until = self._held.get(name, (0, "", 0.0))
        if until > self._clock() and holder != owner:
            return 0
        if until <= self._clock():
            token = self._tokens[name] = self._tokens.get(name, 0) + 1
        self._held[name] = (token, owner, self._clock() + seconds)
        return token

    async def renew(self, name: str, token: int, seconds: float) -> bool:
        held, owner, until = self._held.get(name, (0, "", 0.0))
        if held != token or until <= self._clock():
            return False
        self._held[name] = (token, owner, self._clock() + seconds)
        return True

    async def release(self, name: str, token: int) -> None:
        if self._held.get(name, (0,))[0] == token:
            del self._held[name]


class RedisLease(Lease):
    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def take(self, name: str, owner: str, seconds: float) -> int:
        names = [keys.lease(name), keys.lease_tokens(name)]
        return int(await self._commands.script(_TAKE, names, [owner, round(seconds * 1000)]))

    async def renew(self, name: str, token: int, seconds: float) -> bool:
        arguments = [token, round(seconds * 1000)]
        return bool(await self._commands.script(_KEEP, [keys.lease(name)], [*arguments]))

    async def release(self, name: str, token: int) -> None:
        await self._commands.script(_KEEP, [keys.lease(name)], [token, 0])


async def while_held(
    lease: Lease, name: str, serve: Callable[[int], Awaitable[None]], *, seconds: float = LEASE_SECONDS
) -> None:
    """Run `serve(token)` whenever this process holds the lease, until cancelled.

    It is cancelled before others may take the lease over: when a renewal is refused, and when the store can't be
    reached for five sixths of `seconds`. It is begun again when it ends by itself.
    """
    owner = secrets.token_hex(8)
    while True:
        asked = time.monotonic()
        token = await _try_to_take(lease, name, owner, seconds)
        if not token:
            await asyncio.sleep(seconds / 6)
            continue
        log.info("this process holds the lease", lease=name, token=token)
        serving = asyncio.ensure_future(serve(token))
        try:
            await _renew(lease, name, token, seconds, asked, serving)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            with suppress(StoreError):
                await lease.release(name, token)
        if not serving.cancelled() and serving.exception():
            log.error("what the lease is for has failed", lease=name, exc_info=serving.exception())
        await asyncio.sleep(SERVE_AGAIN_SECONDS)


async def _try_to_take(lease: Lease, name: str, owner: str, seconds: float) -> int:
    try:
        return await lease.take(name, owner, seconds)
    except StoreError as error:
        log.warning("a lease can't be asked for; trying again", lease=name, error=str(error))
        return 0


async def _renew(
    lease: Lease, name: str, token: int, seconds: float, asked: float, serving: asyncio.Future[None]
) -> None:
    """Returns when the lease is lost, or what it is for has ended."""
    until = asked + seconds * 5 / 6
    while True:
        await asyncio.wait({serving}, timeout=seconds / 6)
        if serving.done():
            return
        asked = time.monotonic()
        try:
            async with asyncio.timeout(until - asked):
                if not await lease.renew(name, token, seconds):
                    log.warning("another process has taken the lease", lease=name)
                    return
            until = asked + seconds * 5 / 6
        except StoreError as error:
            log.warning("a lease can't be renewed; trying again", lease=name, error=str(error))
        except TimeoutError:
            log.warning("a lease could not be renewed in time and is given up", lease=name)
            return
