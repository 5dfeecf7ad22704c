"""Redis commands that meet in one tick of the event loop go out as one pipeline.

A call costs the client 73 µs alone and 18 µs in a pipeline of 50, so the busier the bot, the cheaper a call. redis-py
keeps the connections; its asyncio pipeline packs commands in Python, which was a quarter of a message's cost, so
hiredis packs them here.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Any, TypeAlias, cast

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from botcore.stores.errors import translate
from botcore.stores.script import Script

Argument: TypeAlias = bytes | str | int | float

PIPELINES = 4
"""How many pipelines may be under way; more waiting commands join the next one."""
EXCHANGE_SECONDS = 10.0
"""For all replies of a pipeline. One deadline for them all: one for each reply costs a tenth of a message's time."""
LONGEST = 512
"""Commands of one pipeline at most, so that one reply never grows without bound."""


class Commands:
    """Calls `redis` in batches. Errors come as botcore's StoreError family.

    Every command here may be sent twice when a connection breaks: give only idempotent ones.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: deque[tuple[tuple[Argument, ...], asyncio.Future[Any]]] = deque()
        self._flushers: set[asyncio.Task[None]] = set()
        self._scheduled = False
        self.calls = 0
        """Commands sent so far, for the bench."""
        self.pipelines = 0

    async def __call__(self, *arguments: Argument) -> Any:
        """The reply of one command, as the server sends it in RESP2: bytes, integers, flat lists."""
        reply = await self._send(arguments)
        if isinstance(reply, RedisError):
            raise translate(reply)
        return reply

    async def script(self, script: Script, keys: list[str], arguments: list[Argument]) -> Any:
        """The reply of a Lua script, which is sent in full once per server."""
        reply = await self._send(("EVALSHA", script.sha, len(keys), *keys, *arguments))
        if isinstance(reply, NoScriptError):
            reply = await self._send(("EVAL", script.source, len(keys), *keys, *arguments))
        if isinstance(reply, RedisError):
            raise translate(reply)
        return reply

    def _send(self, arguments: tuple[Argument, ...]) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((arguments, future))
        if not self._scheduled and len(self._flushers) < PIPELINES:
            self._scheduled = True
            loop.call_soon(self._start)
        return future

    def _start(self) -> None:
        self._scheduled = False
        task = asyncio.get_running_loop().create_task(self._flush(), name="redis pipeline")
        self._flushers.add(task)
        task.add_done_callback(self._flushers.discard)

    async def _flush(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), LONGEST))]
            try:
                replies = await self._pipeline([arguments for arguments, _ in batch])
            except (RedisError, OSError) as error:
                replies = [error if isinstance(error, RedisError) else RedisError(str(error))] * len(batch)
            except asyncio.CancelledError:
                for _, future in batch:
                    future.cancel()
                raise
            for (_, future), reply in zip(batch, replies, strict=True):
                if not future.done():
                    future.set_result(reply)

    async def _pipeline(self, commands: list[tuple[Argument, ...]]) -> list[Any]:
        self.calls += len(commands)
        self.pipelines += 1
        packed = [hiredis.pack_command(cast("Any", one)) for one in commands]
        pool: Any = self._redis.connection_pool
        connection = await pool.get_connection()
        try:
            replies: list[Any] = await connection.retry.call_with_retry(
                lambda: _exchange(connection, packed), lambda error: connection.disconnect()
            )
        finally:
            await pool.release(connection)
        return replies


async def _exchange(connection: AbstractConnection, packed: list[bytes]) -> list[Any]:
    """One write, and a reply for each command; a refused command's reply is its error."""
    replies: list[Any] = []
    try:
        async with asyncio.timeout(EXCHANGE_SECONDS):
            if not connection.is_connected:  # one try, since the exchange as a whole is tried again
                await connection.connect_check_health(retry_socket_connect=False)
            await connection.send_packed_command(packed)
            for _ in packed:
                try:
                    replies.append(await connection.read_response(timeout=math.inf))
                except ResponseError as error:
                    replies.append(error)
    except TimeoutError as error:
        raise RedisTimeoutError(f"no reply within {EXCHANGE_SECONDS:.0f} s") from error
    return replies
