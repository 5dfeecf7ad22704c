"""Several engines as one: each conversation keeps to its replica, and moves on where that one fails."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing

from botcore.engines.base import ChatRequest, Counted, Delta, Engine
from botcore.engines.breaker import Breaker
from botcore.engines.hedging import first_to_begin
from botcore.engines.load import Load
from botcore.engines.watch import Watch
from botcore.errors import EngineError, EngineRefused, EngineTimeout, EngineUnavailable

RETRIES = 2
RETRY_WITHIN = 40.0
"""Seconds after the start of a request in which another try may begin: nobody waits three times 30 s."""


class NotBegun(Exception):
    """The replica failed before the first piece, so that another may answer in its place."""


class Replica:
    """One engine and what is known of its health."""

    def __init__(self, name: str, engine: Engine, breaker: Breaker, watch: Watch | None = None) -> None:
        self.name = name
        self.engine = engine
        self.breaker = breaker
        self._watch = watch

    @property
    def saturated(self) -> bool:
        """Whether it is known to have more to do than it can."""
        return self._watch is not None and self._watch.saturated

    async def takes_requests(self) -> bool:
        """A replica that was away is asked for its health first, which is quicker to fail than a request."""
        if self.breaker.closed:
            return True
        if not self.breaker.admits():
            return False
        try:
            problem = await self.engine.health()
        except asyncio.CancelledError:
            self.breaker.gave_up()
            raise
        if problem:
            self.breaker.failed(problem)
        return not problem

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """The engine's stream, watched by the breaker. Raises NotBegun, or EngineError after the first piece."""
        probe = not self.breaker.closed
        begun = False
        if self._watch:
            self._watch.sent()
        deltas = self.engine.stream(request)
        try:
            async for delta in deltas:
                if not begun:
                    begun = True
                    self.breaker.began()
                yield delta
            self.breaker.succeeded()
        except EngineRefused:
            self.breaker.succeeded()
            raise
        except EngineError as error:
            self.breaker.failed(str(error), at_once=isinstance(error, EngineTimeout))
            if not begun:
                raise NotBegun from error
            raise
        finally:
            await _close(deltas)
            if probe:
                self.breaker.gave_up()


async def _close(deltas: AsyncIterator[Delta]) -> None:
    if isinstance(deltas, AsyncGenerator):
        await deltas.aclose()


class ReplicatedEngine(Engine):
    """Requests of one `affinity` go to the same replica while it works, so that its prefix cache is warm.

    Where that one is full, or fails before the first piece, the next in the conversation's own order is asked, at most
    RETRIES times after a failure; after the first piece nothing is repeated. Replicas are chosen by rendezvous hashing
    (Thaler and Ravishankar, 1998): one that goes away moves only its own conversations.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        *,
        watches: Mapping[str, Watch] | None = None,
        hedge_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`engines` by name, which is their address as a rule; the order of conversations follows from it. `watches` tell
        which are full. After `hedge_seconds` without a first piece, another replica is asked besides; 0 is never."""
        if not engines:
            raise ValueError("no replicas")
        self._clock = clock
        self._hedge_seconds = hedge_seconds
        known = watches or {}
        self._replicas = [
            Replica(name, engine, Breaker(clock), known.get(name)) for name, engine in engines.items()
        ]

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        return self._hedged(request) if self._hedge_seconds else self._one_by_one(request)

    async def _one_by_one(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        async with aclosing(self._candidates(request.affinity)) as candidates:
            async for replica in candidates:
                try:
                    async with aclosing(replica.stream(request)) as deltas:
                        async for delta in deltas:
                            yield delta
                    return
                except NotBegun:
                    continue
        raise EngineUnavailable(self._none_left())

    async def _hedged(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        async with aclosing(self._candidates(request.affinity)) as candidates:
            answers = (replica.stream(request) async for replica in candidates)
            try:
                async with first_to_begin(answers, self._hedge_seconds, NotBegun) as begun:
                    async for delta in begun.deltas():
                        yield delta
            except NotBegun:
                raise EngineUnavailable(self._none_left()) from None

    async def _candidates(self, affinity: str) -> AsyncGenerator[Replica, None]:
        """Those that may be asked: whoever wants the next one got nothing from those before, or not soon enough."""
        begin_before = self._clock() + RETRY_WITHIN
        tries = 0
        for replica in self._order(affinity):
            if tries > RETRIES or (tries and self._clock() > begin_before):
                return
            if await replica.takes_requests():
                tries += 1
                yield replica

    async def health(self) -> str:
        """Empty where at least one replica answers."""
        problems = await self.replica_health()
        return "" if "" in problems.values() else "\n".join(problems.values())

    async def replica_health(self) -> dict[str, str]:
        """By name: empty where the replica answers, else a sentence."""
        problems = await asyncio.gather(*(replica.engine.health() for replica in self._replicas))
        return dict(zip((replica.name for replica in self._replicas), problems, strict=True))

    async def load(self) -> Load | None:
        """The sum over those that tell; the mean of their caches' use."""
        told = await asyncio.gather(
            *(replica.engine.load() for replica in self._replicas), return_exceptions=True
        )
        loads = [load for load in told if isinstance(load, Load)]
        return Load.over(loads) if loads else None

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        """By the first that can: all have the same model."""
        for replica in self._replicas:
            if replica.breaker.closed and (counted := await replica.engine.count_tokens(text, model=model)):
                return counted
        return None

    async def aclose(self) -> None:
        await asyncio.gather(*(replica.engine.aclose() for replica in self._replicas))

    def _order(self, affinity: str) -> list[Replica]:
        key = affinity or secrets.token_hex(8)
        own = sorted(self._replicas, key=lambda replica: _weight(replica.name, key), reverse=True)
        return sorted(own, key=lambda replica: replica.saturated)

    def _none_left(self) -> str:
        reasons = " ".join(replica.breaker.reason for replica in self._replicas if replica.breaker.reason)
        return f"None of the {len(self._replicas)} engines takes requests now. {reasons}".strip()


def _weight(replica: str, key: str) -> bytes:
    return hashlib.blake2b(f"{key}\0{replica}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
