"""Notices when something blocks the event loop, and names the plugin, since everybody else waits meanwhile.

`asyncio.timeout` never fires on a handler that computes or sleeps without awaiting; only another thread can see it.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

import msgspec
import structlog

from botcore.plugin import Plugin

log = structlog.get_logger()

LIMIT_SECONDS = 0.25
LOOK_SECONDS = 0.05
"""Between two looks; a block is noticed at most this much after the limit."""
TOLD = 256
"""Turns that are remembered, so that each is told of once."""


class Block(msgspec.Struct, frozen=True):
    """Who held the event loop."""

    turn: str
    """Name of the task, which is that of its turn."""
    plugin: str
    """Empty where it is no plugin."""
    handler: str
    at: str
    """File, line and function: the plugin's innermost, or the innermost of all."""


class Watchdog:
    """`with Watchdog(plugins):` inside the event loop that it watches."""

    def __init__(self, plugins: Iterable[Plugin[Any]] = (), *, limit: float = LIMIT_SECONDS) -> None:
        self._culprits = _Culprits(plugins)
        self._limit = limit
        self._told: deque[str] = deque(maxlen=TOLD)
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.blocks: list[Block] = []
        """What was told, the latest 256."""
        self.count = 0
        """Blocks since the start, those of turns that were told of before included."""
        self.seconds = 0.0
        """How long the loop was blocked, all blocks together."""

    def __enter__(self) -> Watchdog:
        self._loop = asyncio.get_running_loop()
        arguments = (self._loop, threading.get_ident())
        self._thread = threading.Thread(target=self._watch, args=arguments, name="watchdog", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            passed = threading.Event()
            asked = time.monotonic()
            try:
                loop.call_soon_threadsafe(passed.set)
            except RuntimeError:
                return  # the loop is closed
            if not passed.wait(self._limit):
                self._look(loop, thread)
                while not passed.wait(1.0) and not self._stopping.is_set():
                    pass
                self.seconds += time.monotonic() - asked

    def _look(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        task = asyncio.current_task(loop)
        frame = sys._current_frames().get(thread)
        if task is None or frame is None:
            return  # nothing runs there: the whole process stood still, or the machine is overloaded
        self.count += 1
        block = self._culprits.find(frame, task.get_name())
        if block.turn not in self._told:
            self._told.append(block.turn)
            self._tell(block)

    def _tell(self, block: Block) -> None:
        self.blocks = [*self.blocks[1 - TOLD :], block]
        log.error(
            "the event loop is blocked, and every conversation waits: "
            "let it await, or hand the work to asyncio.to_thread",
            plugin=block.plugin or "(botcore)",
            handler=block.handler,
            at=block.at,
            turn=block.turn,
            ms=round(self._limit * 1000),
        )


class _Culprits:
    """Knows whose code a line is."""

    def __init__(self, plugins: Iterable[Plugin[Any]]) -> None:
        self._handlers: dict[CodeType, tuple[str, str]] = {}
        self._folders: list[tuple[Path, str]] = []
        for plugin in plugins:
            for handler in plugin.handlers:
                name = getattr(handler, "__name__", "handler")
                self._handlers[inspect.unwrap(handler).__code__] = plugin.name, name
            if plugin.folder:
                self._folders.append((plugin.folder, plugin.name))

    def find(self, innermost: FrameType, turn: str) -> Block:
        at = plugin = ""
        for frame, line in traceback.walk_stack(innermost):
            code = frame.f_code
            known = self._handlers.get(code)
            owner = known[0] if known else self._owner(code)
            if owner and not plugin:
                plugin, at = owner, _place(code, line)
            if known:
                return Block(turn, known[0], known[1], at)
        return Block(turn, plugin, "", at or _place(innermost.f_code, innermost.f_lineno))

    def _owner(self, code: CodeType) -> str:
        path = Path(code.co_filename)
        return next((name for folder, name in self._folders if path.is_relative_to(folder)), "")


def _place(code: CodeType, line: int) -> str:
    return f"{code.co_filename}:{line} in {code.co_name}"
