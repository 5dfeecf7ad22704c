"""A number of bot processes that is kept up: whoever dies is replaced. Forked, so that a start takes milliseconds."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.points import POINTS
from tests.faults.process import Plan, clock_of

Body = Callable[[Plan], None]
LOOK_SECONDS = 0.02
LATEST_PASSAGE = 40
"""At which passage a planned death comes at the latest: the first ones hit a process that has just taken over."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.process", "tests.faults.naive"])


class Fleet:
    """`async with Fleet(...)`. It ends its own processes by their ids, and no other."""

    def __init__(
        self, body: Body, url: str, folder: Path, size: int, chooser: random.Random, deaths: int
    ) -> None:
        self._body = body
        self._url = url
        self._folder = folder
        self._size = size
        self._random = chooser
        self._numbers = count(1)
        self._running: list[BaseProcess] = []
        self._stopped: set[str] = set()
        self._leaving: list[BaseProcess] = []
        self._keeper: asyncio.Task[None] | None = None
        self.deaths_planned = deaths
        """How many of the processes to come are told to die at a point."""

    async def __aenter__(self) -> Fleet:
        self._keeper = asyncio.create_task(self._keep_up(), name="fleet")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for process in self._running + self._leaving:
            process.kill()
            await asyncio.to_thread(process.join)
            process.close()

    def pick(self) -> BaseProcess | None:
        """One that runs."""
        return self._random.choice(running) if (running := list(self._awake())) else None

    def _awake(self) -> Iterator[BaseProcess]:
        return (one for one in self._running if one.is_alive() and one.name not in self._stopped)

    def kill(self, process: BaseProcess) -> None:
        process.kill()

    def replace(self, process: BaseProcess) -> None:
        """Ask it to leave, and start another at once, as a rolling restart does."""
        self._running.remove(process)
        self._leaving.append(process)
        process.terminate()

    def set_clock(self, process: BaseProcess, seconds: float) -> None:
        """Let what it takes for the time of day be off by so much from now on."""
        assert process.pid
        clock_of(self._folder, process.name).write_text(str(seconds))
        os.kill(process.pid, signal.SIGUSR1)

    @property
    def may_freeze(self) -> bool:
        """Whether one would stay awake."""
        return len(list(self._awake())) > 1

    async def freeze(self, process: BaseProcess, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after a while."""
        pid = process.pid
        assert pid
        self._stopped.add(process.name)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._stopped.discard(process.name)
            if process in self._running and process.is_alive():
                os.kill(pid, signal.SIGCONT)

    async def _keep_up(self) -> None:
        while True:
            for process in [one for one in self._running + self._leaving if not one.is_alive()]:
                process.join()
                (self._running if process in self._running else self._leaving).remove(process)
                process.close()
            while len(self._running) < self._size:
                self._running.append(self._start())
            await asyncio.sleep(LOOK_SECONDS)

    def _start(self) -> BaseProcess:
        plan = Plan(f"p{next(self._numbers)}", self._url, self._folder, self._death())
        process = _context.Process(target=self._body, args=(plan,), name=plan.name, daemon=True)
        process.start()
        return process

    def _death(self) -> tuple[str, int] | None:
        if not self.deaths_planned:
            return None
        self.deaths_planned -= 1
        return self._random.choice(POINTS), self._random.randint(1, LATEST_PASSAGE)
