"""Watches over the deadlines of one request."""

from __future__ import annotations

import asyncio

from botcore.engines.deadlines import Deadlines
from botcore.engines.refusals import too_slow
from botcore.errors import EngineTimeout


class Clock:
    """Mutable: it runs with its request."""

    def __init__(self, deadlines: Deadlines, url: str) -> None:
        self._deadlines = deadlines
        self._url = url
        self._now = asyncio.get_running_loop().time
        self._end = self._now() + deadlines.total
        self._next = self._now() + deadlines.first_token
        self._began = False

    def progressed(self) -> None:
        """A piece came, and its reader asks for the next one now."""
        self._began = True
        self._next = self._now() + self._deadlines.between_chunks

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
