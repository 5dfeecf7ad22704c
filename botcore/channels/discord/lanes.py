"""Jobs of one chat in order, jobs of different chats side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]
LONGEST_LANE = 200
MOST_JOBS = 10_000


class Lanes:
    """A lane exists while it has jobs. `put` keeps the order of its calls."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    def put(self, lane: str, job: Job) -> bool:
        """False where the lane is at its bound, and the job is not taken."""
        jobs = self._lanes.get(lane)
        if self._count >= MOST_JOBS or (jobs is not None and len(jobs) >= LONGEST_LANE):
            return False
        self._count += 1
        if jobs is not None:
            jobs.append(job)
            return True
        self._lanes[lane] = deque([job])
        task = asyncio.create_task(self._drain(lane), name=f"discord {lane}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _drain(self, lane: str) -> None:
        jobs = self._lanes[lane]
        try:
            while jobs:
                await self._do(jobs.popleft())
        finally:
            self._count -= len(jobs)
            del self._lanes[lane]

    async def _do(self, job: Job) -> None:
        try:
            await job()
        except Exception:
            log.exception("an event from Discord could not be handled")
        finally:
            self._count -= 1

    async def aclose(self, grace: float = 5.0) -> None:
        """Jobs have `grace` seconds to finish."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=grace)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*list(self._tasks), return_exceptions=True)
