"""Delivery in this process's memory: for tests of plugins. Nothing of it survives the process."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botcore.conversation import ConversationState, HistoryEntry, decode_state, encode
from botcore.delivery.base import (
    Accepted,
    Claim,
    Commit,
    DeadLetter,
    Inbox,
    Live,
    LiveEvent,
    LiveType,
    Outbox,
    Parcel,
)
from botcore.delivery.signal import Signal
from botcore.errors import MailboxFull
from botcore.types import Address, AnyEvent, Deleted, Edited, Outgoing, Timer

IDLE_SECONDS = 15.0
DEAD_LETTERS = 10_000


@dataclass
class _Conversation:
    """Everything of one conversation. States are kept as bytes, so that no turn shares objects with the store."""

    mail: deque[AnyEvent] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    state: bytes = b""
    before: bytes | None = None
    history: list[HistoryEntry] = field(default_factory=list)
    outgoing: deque[Outgoing] = field(default_factory=deque)
    timers: dict[str, Timer] = field(default_factory=dict)
    fence: int = 0
    version: int = 0
    committed: int = 0
    tries: int = 0
    claimed: bool = False
    sending: bool = False


class MemoryStore:
    """What the memory inbox and outbox share."""

    def __init__(self, *, mailbox_limit: int = 1000) -> None:
        self._mailbox_limit = mailbox_limit
        self.conversations: dict[Address, _Conversation] = {}
        self.changed = asyncio.Condition()
        self.dead: dict[str, DeadLetter] = {}
        self.buried = 0
        self.displaced = 0

    def of(self, address: Address) -> _Conversation:
        return self.conversations.setdefault(address, _Conversation())

    async def push(self, event: AnyEvent) -> None:
        """To the end of its mailbox. Raises MailboxFull."""
        self.room(event.address)
        self.of(event.address).mail.append(event)
        await self.notify()

    def room(self, address: Address) -> None:
        """Raises MailboxFull where a mailbox takes no more."""
        if len(self.of(address).mail) >= self._mailbox_limit:
            raise MailboxFull

    def timers(self) -> list[Timer]:
        """Of all conversations, the soonest first."""
        boxes = self.conversations.values()
        return sorted((timer for box in boxes for timer in box.timers.values()), key=lambda timer: timer.due)

    def bury(self, event: AnyEvent, reason: str, reference: str) -> None:
        self.buried += 1
        id = str(self.buried)
        self.dead[id] = DeadLetter(id, event.address, event, reason, time.time(), reference)
        if len(self.dead) > DEAD_LETTERS:
            del self.dead[next(iter(self.dead))]
            self.displaced += 1

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def wait_for(self, ready: Callable[[], bool], wait: float) -> None:
        """Until `ready()`, or `wait` seconds have passed."""
        try:
            async with asyncio.timeout(wait), self.changed:
                await self.changed.wait_for(ready)
        except TimeoutError:
            pass


class MemoryInbox(Inbox):
    def __init__(
        self,
        store: MemoryStore,
        live: MemoryLive | None = None,
        *,
        history_limit: int = 50,
    ) -> None:
        self._store = store
        self._live = live
        self._history_limit = history_limit

    async def accept(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> Accepted:
        box = self._store.of(event.address)
        if event.id in box.seen:
            return Accepted.DUPLICATE
        self._store.room(event.address)
        box.seen.add(event.id)
        if shown and self._live:
            await self._live.publish(event.address, "message", dict(shown))
        box.mail.append(event)
        await self._store.notify()
        if self._live and isinstance(event, Edited | Deleted):
            self._live.changed.tell(event.address)
        return Accepted.NEW

    def _ready(self) -> list[Address]:
        return [address for address, box in self._store.conversations.items() if box.mail and not box.claimed]

    async def claim(self, count: int, wait: float) -> list[Claim]:
        await self._store.wait_for(lambda: bool(self._ready()), wait)
        return [self._take(address) for address in self._ready()[:count]]

    def _take(self, address: Address) -> Claim:
        box = self._store.of(address)
        box.claimed = True
        box.fence += 1
        box.tries += 1
        return Claim(
            address=address,
            entry=str(address),
            fence=box.fence,
            version=box.version,
            event=box.mail[0],
            state=decode_state(box.state),
            history=tuple(box.history[-self._history_limit :]),
            tries=box.tries,
            timers=len(box.timers),
            changed=any(isinstance(event, Edited | Deleted) for event in box.mail),
        )

    async def commit(self, claim: Claim, commit: Commit) -> bool:
        box = self._store.of(claim.address)
        if box.committed == claim.fence:
            return True
        if box.fence != claim.fence:
            return False
        if commit.forget:
            box.history.clear()
            box.timers.clear()
        for id in [id for id in box.timers if id.startswith(tuple(commit.cancelled))]:
            del box.timers[id]
        box.timers |= {timer.id: timer for timer in commit.timers}
        if commit.before != "keep":
            box.before = box.state if commit.before == "set" else None
        box.state = encode(commit.state)
        if commit.rewrite:
            del box.history[-self._history_limit :]
        box.history.extend(commit.history)
        box.outgoing.extend(commit.outgoing)
        box.version += 1
        await self._finish(box, claim, commit.answered)
        return True

    async def waiting(self, claim: Claim, limit: int = 20) -> Sequence[AnyEvent]:
        return list(self._store.of(claim.address).mail)[1 : limit + 1]

    async def before(self, claim: Claim) -> ConversationState | None:
        data = self._store.of(claim.address).before
        return None if data is None else decode_state(data)

    async def release(self, claim: Claim) -> None:
        box = self._store.of(claim.address)
        if box.fence == claim.fence and box.committed != claim.fence:
            box.claimed = False
            box.fence += 1
            box.tries -= 1
            await self._store.notify()

    async def bury(
        self, claim: Claim, reason: str, *, reference: str = "", outgoing: Sequence[Outgoing] = ()
    ) -> bool:
        box = self._store.of(claim.address)
        if box.fence != claim.fence or box.committed == claim.fence:
            return box.committed == claim.fence
        self._store.bury(box.mail[0], reason, reference)
        box.outgoing.extend(outgoing)
        box.version += 1
        await self._finish(box, claim)
        return True

    async def _finish(self, box: _Conversation, claim: Claim, answered: int = 1) -> None:
        for _ in range(answered):
            box.mail.popleft()
        box.committed = claim.fence
        box.claimed = False
        box.tries = 0
        await self._store.notify()

    async def heartbeat(self, claims: Sequence[Claim]) -> None:
        """Nobody takes a turn over inside one process."""


class MemoryOutbox(Outbox):
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def _ready(self, channels: Sequence[str]) -> list[Address]:
        return [
            address
            for address, box in self._store.conversations.items()
            if box.outgoing and not box.sending and address.channel in channels
        ]

    async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
        await self._store.wait_for(lambda: bool(self._ready(channels)), wait)
        parcels = []
        for address in self._ready(channels)[:count]:
            box = self._store.of(address)
            box.sending = True
            outgoing = box.outgoing[0]
            parcels.append(
                Parcel(address=address, entry=outgoing.key, outgoing=outgoing, raw=encode(outgoing))
            )
        return parcels

    async def done(self, parcel: Parcel) -> None:
        box = self._store.of(parcel.address)
        if box.outgoing and box.outgoing[0].key == parcel.entry:
            box.outgoing.popleft()
            box.sending = False
            await self._store.notify()

    async def retry(self, parcel: Parcel) -> None:
        box = self._store.of(parcel.address)
        if box.outgoing and box.outgoing[0].key == parcel.entry:
            box.sending = False
            await self._store.notify()

    async def heartbeat(self, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
        return ()  # nobody takes a parcel over inside one process


class MemoryLive(Live):
    def __init__(self, *, keep: int = 1000) -> None:
        self._keep = keep
        self._events: dict[Address, deque[LiveEvent]] = {}
        self._keys: set[str] = set()
        self._count = 0
        self._changed = asyncio.Condition()
        self._stops = Signal()
        self.changed = Signal()

    async def publish(self, address: Address, type: LiveType, data: dict[str, Any], *, key: str = "") -> None:
        if key and f"{address} {key}" in self._keys:
            return
        if key:
            self._keys.add(f"{address} {key}")
        self._count += 1
        kept = self._events.setdefault(address, deque(maxlen=self._keep))
        kept.append(LiveEvent(f"{self._count}-0", type, data))
        async with self._changed:
            self._changed.notify_all()

    async def follow(self, address: Address, after: str = "") -> AsyncIterator[LiveEvent | None]:
        last = self._count if after == "$" else _number(after)
        while True:
            new = [event for event in self._events.get(address, ()) if _number(event.id) > last]
            for event in new:
                last = _number(event.id)
                yield event
            if not new and not await self._wait(address, last):
                yield None

    async def _wait(self, address: Address, last: int) -> bool:
        def grown() -> bool:
            return any(_number(event.id) > last for event in self._events.get(address, ()))

        try:
            async with asyncio.timeout(IDLE_SECONDS), self._changed:
                return await self._changed.wait_for(grown)
        except TimeoutError:
            return False

    async def stop(self, address: Address) -> None:
        self._stops.tell(address)

    def stops(self) -> AsyncIterator[Address]:
        return self._stops.heard()

    def changes(self) -> AsyncIterator[Address]:
        return self.changed.heard()


def _number(id: str) -> int:
    head = id.partition("-")[0]
    return int(head) if head.isascii() and head.isdigit() else 0


__all__ = ["MemoryInbox", "MemoryLive", "MemoryOutbox", "MemoryStore"]
