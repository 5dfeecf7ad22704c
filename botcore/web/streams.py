"""Every open stream of this process: how it ends when its client goes, grows old, stalls, or the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from botcore.delivery.base import Live, LiveEvent
from botcore.types import Address
from botcore.web.metrics import WebMetrics
from botcore.web.problems import Problem
from botcore.web.protocol import abort


class Stalled(Exception):
    """The reader took nothing for `write_seconds`, and its connection was dropped."""


class Streams:
    """Holds streams open, and ends them."""

    def __init__(self, metrics: WebMetrics, *, stream_seconds: float) -> None:
        self._metrics = metrics
        self._seconds = stream_seconds
        self._resumable: set[asyncio.Timeout] = set()
        self._closed = False

    async def hold(
        self,
        kind: str,
        work: Coroutine[Any, Any, None],
        *,
        until: Coroutine[Any, Any, None],
        resumable: bool = True,
    ) -> None:
        """Run `work` to its end; or until `until` is done, the stream is too old, or `close` was called.

        `until` says that the client has gone; an error in it is raised here. A stream that is not resumable outlives
        `close`, since its client could not go on elsewhere.
        """
        if self._closed:
            work.close()
            until.close()
            raise Problem(503, "stopping", retry_after=1)
        scope = asyncio.timeout(self._seconds if resumable else None)
        with self._metrics.streams.labels(kind).track_inprogress():
            try:
                async with scope:
                    await self._race(kind, work, until, scope, resumable=resumable)
            except TimeoutError:
                if not scope.expired():
                    raise

    async def _race(
        self,
        kind: str,
        work: Coroutine[Any, Any, None],
        until: Coroutine[Any, Any, None],
        scope: asyncio.Timeout,
        *,
        resumable: bool,
    ) -> None:
        def end(_: object) -> None:
            _end(scope)

        watcher = asyncio.create_task(until, name=f"{kind} until the client goes")
        watcher.add_done_callback(end)
        if resumable:
            self._resumable.add(scope)
        try:
            await work
        finally:
            self._resumable.discard(scope)
            watcher.remove_done_callback(end)
            if watcher.done() and not watcher.cancelled():
                watcher.result()
            watcher.cancel()

    def close(self) -> None:
        """End the resumable streams now, and begin none any more. Closing twice is a no-op."""
        self._closed = True
        for scope in tuple(self._resumable):
            _end(scope)

    def __len__(self) -> int:
        return len(self._resumable)


def _end(scope: asyncio.Timeout) -> None:
    if not scope.expired():
        scope.reschedule(0)


async def gone(receive: Receive) -> None:
    """Until the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Writer:
    """Sends with a deadline, so that a reader that takes nothing holds one event and no more."""

    __slots__ = ("_metrics", "_scope", "_seconds", "_send")

    def __init__(self, scope: Scope, send: Send, metrics: WebMetrics, seconds: float) -> None:
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self._seconds = seconds

    async def __call__(self, message: Message) -> None:
        """Raises Stalled."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError:
            self._metrics.stalled.inc()
            abort(self._scope)
            raise Stalled from None

    async def chunk(self, data: bytes) -> None:
        await self({"type": "http.response.body", "body": data, "more_body": True})


@asynccontextmanager
async def following(
    live: Live, address: Address, after: str
) -> AsyncGenerator[AsyncIterator[LiveEvent | None]]:
    """`live.follow`, let go of at the end of the block."""
    events = live.follow(address, after)
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
