"""What goes wrong on purpose, and the rate limits that a client has to keep."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from botcore.testing.fake_discord.world import Json


@dataclass
class Fault:
    """The next `times` requests of `method` whose path holds `path` go wrong."""

    method: str
    path: str
    times: int = 1
    status: int = 0
    """0: the request succeeds, perhaps late."""
    body: Json = field(default_factory=dict)
    after_storing: bool = False
    """The request takes effect, and only its answer is lost."""
    delay: float = 0.0
    """Seconds before the answer."""
    retry_after: float = 0.0
    """Of a 429: seconds that the client must wait."""
    everywhere: bool = False
    """Of a 429: it counts for every route."""


class Faults:
    """Those still to come."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._coming.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self._coming:
            if fault.method == method and fault.path in path:
                fault.times -= 1
                if not fault.times:
                    self._coming.remove(fault)
                return fault
        return None


@dataclass
class _Window:
    began: float
    used: int


class Limits:
    """Fixed windows of `count` requests in `seconds`, one for each bucket; and how often a client came too early."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._windows: dict[str, _Window] = {}
        self._closed: dict[str, float] = {}
        self.too_early = 0
        """Requests that came before the `retry_after` of a 429 had passed."""

    def enter(self, bucket: str) -> tuple[float, dict[str, str]]:
        """Seconds to wait (0: come in), and the headers that tell the client where it stands."""
        now = time.monotonic()
        if now < max(self._closed.get(bucket, 0.0), self._closed.get("", 0.0)) - 0.01:
            self.too_early += 1
        window = self._windows.get(bucket)
        if window is None or now >= window.began + self._seconds:
            window = self._windows[bucket] = _Window(now, 0)
        reset = window.began + self._seconds - now
        allowed = window.used < self._count
        window.used += allowed
        if not allowed:
            self.close(bucket, reset)
        return (0.0 if allowed else reset), self._headers(bucket, window, reset)

    def close(self, bucket: str, seconds: float) -> None:
        """From now on a request is too early; an empty bucket means all of them."""
        self._closed[bucket] = time.monotonic() + seconds

    def _headers(self, bucket: str, window: _Window, reset: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self._count),
            "X-RateLimit-Remaining": str(self._count - window.used),
            "X-RateLimit-Reset": f"{time.time() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(bucket.rpartition(' ')[0])):x}",
        }
