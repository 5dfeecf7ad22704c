"""Live streams in Redis: what clients watch, across processes and restarts.

The stream is capped and expires; a pub/sub message only wakes those who wait, so a lost one costs 15 seconds at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.delivery import keys
from botcore.delivery.base import Live, LiveEvent, LiveType
from botcore.delivery.signal import Signal
from botcore.stores.commands import Argument, Commands
from botcore.stores.script import Script
from botcore.types import Address

log = structlog.get_logger()

_PUBLISH = Script.load("botcore.delivery.scripts", "publish.lua")
IDLE_SECONDS = 15.0
PAGE = 200


class RedisLive(Live):
    """`async with RedisLive(...)`: one subscription serves every follower of this process."""

    def __init__(
        self, redis: Redis, commands: Commands, *, keep: int = 1000, keep_seconds: int = 86_400
    ) -> None:
        self._redis = redis
        self._commands = commands
        self._keep = keep
        self._keep_seconds = keep_seconds
        self._followers: dict[str, set[asyncio.Event]] = {}
        self._signals = {keys.STOP: Signal(), keys.CHANGED: Signal()}
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RedisLive:
        subscribed = asyncio.Event()
        self._listener = asyncio.create_task(self._listen(subscribed), name="live listener")
        await subscribed.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def publish(self, address: Address, type: LiveType, data: dict[str, Any], *, key: str = "") -> None:
        name = keys.live(address)
        arguments: list[Argument] = [
            str(address),
            type,
            orjson.dumps(data),
            int(bool(key)),
            self._keep,
            self._keep_seconds,
            keys.WAKE,
        ]
        await self._commands.script(_PUBLISH, [name, keys.live_key(address, key) if key else name], arguments)

    async def follow(self, address: Address, after: str = "") -> AsyncIterator[LiveEvent | None]:
        woken = asyncio.Event()
        followers = self._followers.setdefault(str(address), set())
        followers.add(woken)
        try:
            last = await self._newest(address) if after == "$" else _checked(after)
            while True:
                woken.clear()
                events = await self._read(address, last)
                for event in events:
                    last = event.id
                    yield event
                if len(events) < PAGE and not await _set_within(woken, IDLE_SECONDS):
                    yield None
        finally:
            followers.discard(woken)
            if not followers:
                self._followers.pop(str(address), None)

    async def _newest(self, address: Address) -> str:
        reply = await self._commands("XREVRANGE", keys.live(address), "+", "-", "COUNT", 1)
        return reply[0][0].decode() if reply else "0-0"

    async def _read(self, address: Address, last: str) -> list[LiveEvent]:
        reply = await self._commands("XRANGE", keys.live(address), f"({last}", "+", "COUNT", PAGE)
        return [_live_event(entry, fields) for entry, fields in reply]

    async def stop(self, address: Address) -> None:
        await self._commands("PUBLISH", keys.STOP, str(address))

    def stops(self) -> AsyncIterator[Address]:
        return self._signals[keys.STOP].heard()

    def changes(self) -> AsyncIterator[Address]:
        return self._signals[keys.CHANGED].heard()

    async def _listen(self, subscribed: asyncio.Event) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(keys.WAKE, *self._signals)
                    subscribed.set()
                    self._wake_all()  # whatever was published while nobody listened
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            self._hear(
                                message["channel"].decode(),
                                message["data"].decode("utf-8", "surrogateescape"),
                            )
            except (RedisError, OSError) as error:
                subscribed.set()
                log.warning("live subscription broke off; trying again", error=str(error))
                await asyncio.sleep(0.2)

    def _hear(self, channel: str, name: str) -> None:
        if channel in self._signals:
            self._signals[channel].tell(Address.parse(name))
        for woken in self._followers.get(name, ()):
            woken.set()

    def _wake_all(self) -> None:
        for followers in self._followers.values():
            for woken in followers:
                woken.set()


def _live_event(entry: bytes, fields: list[bytes]) -> LiveEvent:
    pairs = dict(zip(fields[::2], fields[1::2], strict=True))
    return LiveEvent(entry.decode(), cast("LiveType", pairs[b"t"].decode()), orjson.loads(pairs[b"d"]))


def _checked(after: str) -> str:
    """An id that a client sent; anything that is none reads from the oldest kept."""
    head, _, tail = after.partition("-")
    numbers = (head, tail or "0")
    return "-".join(numbers) if all(n.isascii() and n.isdigit() and len(n) < 20 for n in numbers) else "0-0"


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
