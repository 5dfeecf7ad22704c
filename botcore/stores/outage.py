"""Tells of an outage once when it begins and once when it is over, however often it is met in between."""

from __future__ import annotations

import time

import structlog

log = structlog.get_logger()


class Outage:
    """Of one part; `what` can't be done while it lasts."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._since: float | None = None

    def met(self, error: Exception) -> None:
        """It has begun, or goes on."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning(f"{self._what}; trying again", error=str(error))

    def over(self) -> None:
        """All is well. No-op where it was before."""
        if self._since is not None:
            log.info(f"{self._what}: over", seconds=round(time.monotonic() - self._since, 1))
            self._since = None
