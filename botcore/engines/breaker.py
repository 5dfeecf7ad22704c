"""Keeps requests away from a replica that fails, and lets one at a time find out whether it is back."""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 3
"""In a row; after so many the breaker opens."""
PAUSE = 5.0
"""Seconds for which it stays open at first; each failed probe doubles them."""
LONGEST_PAUSE = 60.0


class Breaker:
    """The circuit breaker of M. Nygard, "Release It!": closed, open, half-open. Mutable by nature."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = PAUSE
        self._opened_at: float | None = None
        self._probing = False
        self.reason = ""
        """Why it is open."""

    @property
    def closed(self) -> bool:
        return self._opened_at is None

    def admits(self) -> bool:
        """Whether a request may go now. In the half-open state the one that is admitted is the probe."""
        if self._opened_at is None:
            return True
        if self._probing or self._clock() < self._opened_at + self._pause:
            return False
        self._probing = True
        return True

    def began(self) -> None:
        """An answer began, so the replica is back. Its failures are forgotten only when one is complete."""
        self._opened_at = None
        self._probing = False

    def succeeded(self) -> None:
        """A request was answered to its end, or refused for a good reason."""
        self._failures = 0
        self._pause = PAUSE
        self._opened_at = None
        self._probing = False
        self.reason = ""

    def failed(self, reason: str, *, at_once: bool = False) -> None:
        """`at_once` opens it without counting: for failures that cost a person much time."""
        self._failures += 1
        self.reason = reason
        if self._opened_at is not None:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if at_once or self._failures >= FAILURES or self._opened_at is not None:
            self._opened_at = self._clock()
        self._probing = False

    def gave_up(self) -> None:
        """The request was ended by its reader before it showed anything."""
        self._probing = False
