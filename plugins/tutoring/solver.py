"""The tutor's algebra in child processes, so that no formula can stop the bot: each has a deadline and a memory bound.

A child is a program of its own (`child.py`), fed by lines of JSON. It is started with the first question, kept for
the next ones, killed when it exceeds the deadline, and started anew. It ends when its stdin does.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue

from .algebra.question import Request, Solution, Step, Unsolved
from .settings import TutoringConfig

MAX_WAITING = 64
START_SECONDS = 60.0
_CHILD = Path(__file__).with_name("child.py")


class Solver:
    """Answers requests in a few processes. Usable from any event loop, and from several."""

    def __init__(self, config: TutoringConfig) -> None:
        self._threads = ThreadPoolExecutor(config.processes, thread_name_prefix="tutoring")
        self._children: SimpleQueue[_Child] = SimpleQueue()
        children = [_Child(config.seconds, config.memory_mb) for _ in range(config.processes)]
        for child in children:
            self._children.put(child)
        self._waiting = 0
        self._finalizer = weakref.finalize(self, _close, self._threads, children)

    async def solve(self, requests: Sequence[Request]) -> Solution:
        """The solution. Raises Unsolved, with "timeout" or "busy" among its reasons."""
        if self._waiting >= MAX_WAITING:
            raise Unsolved("busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._solve, requests)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the child processes. Closing twice is a no-op."""
        self._finalizer()

    def _solve(self, requests: Sequence[Request]) -> Solution:
        child = self._children.get()
        try:
            reply = json.loads(child.ask(json.dumps([asdict(request) for request in requests]).encode()))
        finally:
            self._children.put(child)
        if "unsolved" in reply:
            raise Unsolved(reply["unsolved"], **reply["values"])
        return _solution(reply["solution"])

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that run now."""
        found = []
        for _ in range(self._children.qsize()):
            child = self._children.get()
            found += [child.process.pid] if child.process else []
            self._children.put(child)
        return found


class _Child:
    def __init__(self, seconds: float, memory_mb: int) -> None:
        self.seconds = seconds
        self.memory_mb = memory_mb
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, line: bytes) -> bytes:
        """One line for one line. Raises Unsolved where the child dies or has to be killed."""
        process = self.process
        if process is None or process.poll() is not None:
            process = self._start()
        reply = _exchange(process, line + b"\n", self.seconds)
        if not reply.endswith(b"\n"):
            self.end()
            raise Unsolved("timeout", seconds=f"{self.seconds:g}")
        return reply

    def _start(self) -> subprocess.Popen[bytes]:
        self.end()
        command = [sys.executable, "-I", str(_CHILD), str(self.memory_mb), str(self.seconds)]
        process = subprocess.Popen(  # noqa: S603  our own program, and numbers
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for the bot, which lets answers in flight finish.
            start_new_session=True,
        )
        self.process = process
        if _exchange(process, b"", START_SECONDS) != b"ready\n":
            self.end()
            raise Unsolved("no_solver")
        return process

    def end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()


def _exchange(process: subprocess.Popen[bytes], line: bytes, seconds: float) -> bytes:
    """Writes, and reads a line; a process that takes longer is killed, which ends the read."""
    assert process.stdin is not None  # noqa: S101  both are pipes, see _start
    assert process.stdout is not None  # noqa: S101
    deadline = threading.Timer(seconds, process.kill)
    deadline.daemon = True
    deadline.start()
    try:
        with suppress(BrokenPipeError, OSError):
            process.stdin.write(line)
            process.stdin.flush()
        return process.stdout.readline()
    finally:
        deadline.cancel()


def _close(threads: ThreadPoolExecutor, children: Sequence[_Child]) -> None:
    for child in children:
        if child.process is not None:
            child.process.kill()
    threads.shutdown(wait=True, cancel_futures=True)
    for child in children:
        child.end()


def _solution(data: dict[str, object]) -> Solution:
    parts = {key: [Step(**step) for step in data[key]] for key in ("steps", "checks", "notes")}  # type: ignore[attr-defined]  # lists of steps, as the child wrote them
    return Solution(**{**data, **parts})  # type: ignore[arg-type]  # the fields of a Solution, as the child wrote them
