"""An inbox and an outbox that write down what passes, and die where they are told to."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence

from botcore.delivery.base import Claim, Commit, Parcel
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.stores.commands import Commands
from botcore.types import Outgoing
from tests.faults.history import History, Kind

POINTS = (
    "before claim",
    "after claim",
    "before commit",
    "after commit",
    "before send",
    "after send",
    "after done",
)


class Points:
    """Counts passages; at the planned one the process kills itself with SIGKILL, as hard as from outside."""

    def __init__(self, history: History, die_at: tuple[str, int] | None) -> None:
        self.history = history
        self._die_at = die_at
        self._passed: Counter[str] = Counter()

    def pass_by(self, point: str) -> None:
        self._passed[point] += 1
        if (point, self._passed[point]) == self._die_at:
            die(self.history, point)


def die(history: History, why: str) -> None:
    history.add("fault", text=why)
    os.kill(os.getpid(), signal.SIGKILL)


class WatchedInbox(RedisInbox):
    """The real one, with a witness."""

    def __init__(self, commands: Commands, queue: Queue, bounds: Bounds, points: Points) -> None:
        super().__init__(commands, queue, bounds)
        self._points = points

    async def claim(self, count: int, wait: float) -> list[Claim]:
        self._points.pass_by("before claim")
        claims = await super().claim(count, wait)
        for claim in claims:
            self._note("claimed", claim)
        for _ in claims:
            self._points.pass_by("after claim")
        return claims

    async def commit(self, claim: Claim, commit: Commit) -> bool:
        self._points.pass_by("before commit")
        stored = await super().commit(claim, commit)
        self._note("committed" if stored else "refused", claim)
        self._points.pass_by("after commit")
        return stored

    async def release(self, claim: Claim) -> None:
        await super().release(claim)
        self._note("released", claim)

    async def bury(
        self, claim: Claim, reason: str, *, reference: str = "", outgoing: Sequence[Outgoing] = ()
    ) -> bool:
        buried = await super().bury(claim, reason, reference=reference, outgoing=outgoing)
        self._note("buried" if buried else "refused", claim)
        return buried

    def _note(self, kind: Kind, claim: Claim) -> None:
        event = claim.event.id if claim.event else ""
        self._points.history.add(
            kind, conversation=str(claim.address), id=event, version=claim.version, text=str(claim.tries)
        )


class WatchedOutbox(RedisOutbox):
    """The same for what leaves."""

    def __init__(self, commands: Commands, queue: Queue, points: Points) -> None:
        super().__init__(commands, queue)
        self._points = points

    async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
        asked = time.monotonic()
        parcels = await super().claim(channels, count, wait)
        for parcel in parcels:
            self._note("parcel", parcel, asked)
        return parcels

    async def done(self, parcel: Parcel) -> None:
        await super().done(parcel)
        self._note("done", parcel)
        self._points.pass_by("after done")

    def _note(self, kind: Kind, parcel: Parcel, at: float | None = None) -> None:
        key = parcel.outgoing.key if parcel.outgoing else ""
        self._points.history.add(kind, conversation=str(parcel.address), key=key, at=at)
