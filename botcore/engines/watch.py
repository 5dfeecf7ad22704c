"""Looks now and then how busy one engine is, while it is in use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from botcore.engines.base import Engine
from botcore.engines.load import Load
from botcore.errors import EngineError

LOOK_EVERY = 2.0
"""Seconds for which a look is believed; so a server is asked no more often, and never while nobody asks it."""
LOOK_AGAIN = 60.0
"""Seconds until a server that does not tell, or can't be asked, is asked again."""
CACHE_FULL = 0.95
"""Share of the key-value cache from which on waiting requests mean that running ones will be put back."""


class Watch:
    """What is known of one engine's load. Mutable by nature."""

    def __init__(
        self, engine: Engine, *, max_waiting: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._max_waiting = max_waiting
        self._clock = clock
        self._load: Load | None = None
        self._stale_at = float("-inf")
        self._sent = 0
        """Requests since the last look: they may be waiting too."""
        self._looking: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Requests that wait there, by the last look and what was sent since."""
        if self._load is None or not self._load.waiting:
            return 0
        return self._load.waiting + self._sent

    @property
    def saturated(self) -> bool:
        """Whether a request had better go elsewhere. Not known is no."""
        if self._load is None:
            return False
        return self.waiting >= self._max_waiting or bool(self.waiting and self._load.cache_use >= CACHE_FULL)

    def sent(self) -> None:
        """A request goes there. Begins a look where the last one is old; nothing waits for it."""
        self._sent += 1
        self.look()

    def look(self) -> asyncio.Task[None] | None:
        """Begin a look unless the last one is fresh; the one that is under way, for whoever wants to wait for it."""
        if self._looking is None and self._clock() >= self._stale_at:
            self._looking = asyncio.create_task(self._look(), name="engine load")
        return self._looking

    async def aclose(self) -> None:
        looking, self._looking = self._looking, None
        if looking:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self) -> None:
        sent = self._sent
        try:
            self._load = await self._engine.load()
        except EngineError:
            self._load = None
        finally:
            self._looking = None
        self._sent -= sent
        self._stale_at = self._clock() + (LOOK_EVERY if self._load else LOOK_AGAIN)
