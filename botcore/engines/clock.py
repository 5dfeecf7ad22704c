"""Watches over the deadlines of one request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from botcore.engines.deadlines import Deadlines
from botcore.engines.refusals import too_slow
from botcore.errors import EngineTimeout


class Clock:
    """Mutable: it runs with its request."""

    def __init__(self, deadlines: Deadlines, url: str) -> None:
        self._deadlines = deadlines
        self._url = url
        loop = asyncio.get_running_loop()
        self._now, self._call_at = loop.time, loop.call_at
        self._end = self._now() + deadlines.total
        self._next = self._now() + deadlines.first_token
        self._began = False
        self._alarm: asyncio.TimerHandle | None = None
        self._interrupt: Callable[[], None] | None = None
        self.rang = False
        """A deadline passed while the reader waited for the server."""

    def progressed(self) -> None:
        """A piece came, and its reader asks for the next one now."""
        self._began = True
        self._next = self._now() + self._deadlines.between_chunks

    def wait(self, interrupt: Callable[[], None]) -> None:
        """From now on the reader waits for the server: `interrupt` is called where a deadline passes before `waited`.

        One timer serves all pieces of an answer, since one for each costs a fifth of the client's time.
        """
        self._interrupt = interrupt
        if self._alarm and self._alarm.when() > self.until:
            self._alarm.cancel()  # as after the first piece, where that one's deadline was the longer one
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._call_at(self.until, self._ring)

    def waited(self) -> None:
        """The server said something, or the reader gave up."""
        self._interrupt = None

    def stop(self) -> None:
        """The request is over. Stopping twice is a no-op."""
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._interrupt = None

    def _ring(self) -> None:
        self._alarm = None
        if self._interrupt is None:
            return
        if self._now() < self.until:
            self._alarm = self._call_at(self.until, self._ring)
        else:
            self.rang = True
            self._interrupt()

    @property
    def until(self) -> float:
        """In the loop's time."""
        return self._next if self._next < self._end else self._end

    def expired(self) -> EngineTimeout:
        """The error for the deadline that passed."""
        if self._end <= self._next:
            return too_slow(self._url, "finish its answer", self._deadlines.total)
        if self._began:
            return too_slow(self._url, "go on with its answer", self._deadlines.between_chunks)
        return too_slow(self._url, "begin its answer", self._deadlines.first_token)
