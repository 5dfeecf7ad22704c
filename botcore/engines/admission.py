"""Keeps more requests away from engines that are full, and background work out of people's way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, nullcontext

from botcore.engines.base import ChatRequest, Delta, Engine
from botcore.engines.watch import Watch
from botcore.engines.wrapper import EngineWrapper
from botcore.errors import EngineUnavailable

QUEUE = 256
"""Requests that may wait here for room; one more is refused at once."""
LOOK_WHILE_WAITING = 0.25
"""Seconds between two glances at what is known."""
BACKGROUND_PATIENCE = 60.0
"""Seconds for which work in the background waits for the work before it."""


class AdmittedEngine(EngineWrapper):
    """An engine that is asked only while there is room.

    Where every replica is full, a request waits up to `queue_seconds` and is then refused with EngineUnavailable, so that
    a person hears within seconds rather than after the deadline for the first token. Of requests with a priority above 0,
    which nobody waits for, only `background` go out at once: they would take the places and the time of people's.
    """

    def __init__(
        self,
        engine: Engine,
        watches: Sequence[Watch],
        *,
        queue_seconds: float = 10.0,
        background: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(engine)
        self._watches = watches
        self._queue_seconds = queue_seconds
        self._background = asyncio.Semaphore(background)
        self._queued = 0
        self._clock = clock

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        behind = (request.priority or 0) > 0
        async with self._after_others() if behind else nullcontext():
            await self._room()
            if len(self._watches) == 1:
                self._watches[0].sent()  # of several, the one that is asked is told by those who choose
            async with aclosing(self._engine.stream(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def aclose(self) -> None:
        for watch in self._watches:
            await watch.aclose()
        await super().aclose()

    @asynccontextmanager
    async def _after_others(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(BACKGROUND_PATIENCE):
                await self._background.acquire()
        except TimeoutError:
            raise EngineUnavailable(
                f"Work in the background waited {BACKGROUND_PATIENCE:.0f} s for the engine and was given up. "
                "More at once: engine.background."
            ) from None
        try:
            yield
        finally:
            self._background.release()

    async def _room(self) -> None:
        if not self._full():
            return
        if self._queued >= QUEUE:
            raise self._refusal()
        self._queued += 1
        try:
            await self._wait_for_room()
        finally:
            self._queued -= 1

    async def _wait_for_room(self) -> None:
        end = self._clock() + self._queue_seconds
        while self._full():
            if self._clock() >= end:
                raise self._refusal()
            for watch in self._watches:
                watch.look()
            await asyncio.sleep(LOOK_WHILE_WAITING)

    def _full(self) -> bool:
        return bool(self._watches) and all(watch.saturated for watch in self._watches)

    def _refusal(self) -> EngineUnavailable:
        waiting = ", ".join(str(watch.waiting) for watch in self._watches)
        which = "The engine is" if len(self._watches) == 1 else f"All {len(self._watches)} engines are"
        return EngineUnavailable(
            f"{which} full: {waiting} requests wait there already. Ask again in a moment; more replicas in engine.urls, "
            "or a larger engine.max_waiting, make room."
        )
