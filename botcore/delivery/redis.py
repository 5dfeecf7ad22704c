"""Inbox and outbox in Redis or Valkey, by Lua scripts: every step is atomic and may be repeated.

Invariant: a mailbox is non-empty exactly if one entry of the ready stream stands for it; the same holds for an
outbox and its channel's out stream.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import orjson

from botcore.conversation import (
    ConversationState,
    HistoryEntry,
    decode_event,
    decode_histories,
    decode_history,
    decode_outgoing,
    decode_state,
    encode,
)
from botcore.delivery import keys
from botcore.delivery.base import Accepted, Claim, Commit, Inbox, Outbox, Parcel
from botcore.delivery.foreign import set_aside
from botcore.delivery.queue import Queue
from botcore.errors import CorruptRecord, MailboxFull, RateLimited, StoreError
from botcore.stores.commands import Argument, Commands
from botcore.stores.errors import ForeignKey
from botcore.stores.script import Script
from botcore.types import Address, AnyEvent, Deleted, Edited, Outgoing

T = TypeVar("T")

_SCRIPTS = {
    name: Script.load("botcore.delivery.scripts", f"{name}.lua")
    for name in ("accept", "load", "commit", "release", "bury", "renew", "parcel", "sent", "hold")
}


class Bounds(msgspec.Struct, frozen=True):
    """How much may wait, and how long things are kept."""

    mailbox: int = 200
    """Messages that may wait in one conversation."""
    ready: int = 20_000
    """Conversations that may wait for a worker."""
    history: int = 50
    """Entries that a turn is given."""
    dead_letters: int = 10_000
    """Events that no worker could handle, kept for the operator."""
    live_events: int = 1000
    """Events that a live stream keeps for clients that come back."""
    remember_seconds: int = 86_400
    """How long an event's id is known, so that it is a duplicate."""
    keep_seconds: int = 30 * 86_400
    """How long a conversation is kept after its last turn."""
    waiting_seconds: float = 1.0
    """How long a message may have to wait for a worker; 0 for any time."""
    rate_messages: int = 20
    """Messages of one person within `rate_seconds`; 0 for no limit."""
    rate_seconds: float = 10.0


class RedisInbox(Inbox):
    def __init__(self, commands: Commands, queue: Queue, bounds: Bounds) -> None:
        self._commands = commands
        self._queue = queue
        self._bounds = bounds

    async def accept(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> Accepted:
        try:
            return await self._accept(event, limit_key, shown)
        except ForeignKey:
            if not await set_aside(self._commands, event.address):
                raise
            return await self._accept(event, limit_key, shown)

    async def _accept(self, event: AnyEvent, limit_key: str, shown: Mapping[str, Any] | None) -> Accepted:
        bounds = self._bounds
        limited = bool(limit_key) and bounds.rate_messages > 0
        outcome, retry_ms = await self._commands.script(
            _SCRIPTS["accept"],
            [
                keys.seen(event.address, event.id),
                keys.mailbox(event.address),
                keys.READY,
                keys.rate(limit_key),
                keys.live(event.address),
                keys.state(event.address),
                keys.ROOM,
            ],
            [
                encode(event),
                str(event.address),
                bounds.remember_seconds,
                bounds.mailbox,
                bounds.ready,
                bounds.rate_seconds / bounds.rate_messages if limited else 0,
                bounds.rate_messages,
                orjson.dumps(shown) if shown else b"",
                bounds.live_events,
                bounds.keep_seconds,
                keys.WAKE,
                keys.CHANGED if isinstance(event, Edited | Deleted) else "",
                keys.GROUP,
            ],
        )
        if outcome == -2:
            raise RateLimited(retry_ms / 1000)
        if outcome < 0:
            raise MailboxFull(retry_ms / 1000)
        return Accepted.NEW if outcome == 1 else Accepted.DUPLICATE

    async def claim(self, count: int, wait: float) -> list[Claim]:
        entries = await self._queue.take([keys.READY], count, wait)
        claims = await asyncio.gather(
            *(self._load(entry.id, Address.parse(entry.conversation)) for entry in entries),
            return_exceptions=True,
        )
        return whole(claims)

    async def _load(self, entry: str, address: Address) -> Claim | None:
        try:
            return await self._load_now(entry, address)
        except ForeignKey:
            if not await set_aside(self._commands, address):
                raise
            return await self._load_now(entry, address)

    async def _load_now(self, entry: str, address: Address) -> Claim | None:
        reply = await self._commands.script(
            _SCRIPTS["load"],
            [
                keys.state(address),
                keys.mailbox(address),
                keys.history(address),
                keys.READY,
                keys.timers(address),
            ],
            [entry, keys.GROUP, self._bounds.history, secrets.token_bytes(8)],
        )
        if not reply:
            return None
        self._queue.begun(entry)
        fence, version, tries, event, state, packed, timers, changed = reply
        history = await self._history(address, packed)
        return _claim(address, entry, fence, version, tries, event, state, history, timers, bool(changed))

    async def _history(self, address: Address, packed: bytes) -> tuple[HistoryEntry, ...]:
        try:
            return tuple(decode_histories(packed))
        except CorruptRecord:
            # A damaged line of the past must not keep the dialogue from going on: the others are read one by one.
            lines = await self._commands("LRANGE", keys.history(address), -self._bounds.history, -1)
            return tuple(_readable(lines))

    async def commit(self, claim: Claim, commit: Commit) -> bool:
        try:
            return await self._commit(claim, commit)
        except ForeignKey:
            if not await set_aside(self._commands, claim.address):
                raise
            return await self._commit(claim, commit)

    async def _commit(self, claim: Claim, commit: Commit) -> bool:
        address = claim.address
        arguments: list[Argument] = [
            claim.fence,
            claim.entry,
            keys.GROUP,
            str(address),
            encode(commit.state),
            self._bounds.keep_seconds,
            int(commit.forget),
            len(commit.history),
            len(commit.outgoing),
            len(commit.timers),
            commit.answered,
            self._bounds.history if commit.rewrite else 0,
            commit.before,
            *(encode(entry) for entry in commit.history),
            *(encode(outgoing) for outgoing in commit.outgoing),
            *(part for timer in commit.timers for part in (timer.id, timer.due, encode(timer))),
            *commit.cancelled,
        ]
        names = [
            keys.state(address),
            keys.mailbox(address),
            keys.history(address),
            keys.READY,
            keys.outbox(address),
            keys.out(address.channel),
            keys.timers(address),
            keys.DUE,
        ]
        stored = bool(await self._commands.script(_SCRIPTS["commit"], names, arguments))
        self._queue.ended(claim.entry)
        return stored

    async def waiting(self, claim: Claim, limit: int = 20) -> Sequence[AnyEvent]:
        events = []
        for raw in await self._commands("LRANGE", keys.mailbox(claim.address), 1, limit):
            try:
                events.append(decode_event(raw))
            except CorruptRecord:
                break
        return events

    async def before(self, claim: Claim) -> ConversationState | None:
        data = await self._commands("HGET", keys.state(claim.address), "before")
        try:
            return None if data is None else decode_state(data)
        except CorruptRecord:
            return None

    async def release(self, claim: Claim) -> None:
        await self._commands.script(
            _SCRIPTS["release"],
            [keys.state(claim.address), keys.READY],
            [claim.fence, claim.entry, keys.GROUP, str(claim.address)],
        )

    async def bury(
        self, claim: Claim, reason: str, *, reference: str = "", outgoing: Sequence[Outgoing] = ()
    ) -> bool:
        address = claim.address
        names = [
            keys.state(address),
            keys.mailbox(address),
            keys.READY,
            keys.DEAD,
            keys.outbox(address),
            keys.out(address.channel),
            keys.DEAD_COUNTS,
        ]
        arguments: list[Argument] = [
            claim.fence,
            claim.entry,
            keys.GROUP,
            str(address),
            reason,
            reference,
            self._bounds.dead_letters,
            self._bounds.keep_seconds,
            *(encode(one) for one in outgoing),
        ]
        return bool(await self._commands.script(_SCRIPTS["bury"], names, arguments))

    async def heartbeat(self, claims: Sequence[Claim]) -> None:
        await asyncio.gather(
            *(
                self._commands.script(
                    _SCRIPTS["renew"],
                    [keys.state(claim.address), keys.READY],
                    [claim.fence, claim.entry, keys.GROUP, self._queue.consumer],
                )
                for claim in claims
            )
        )


def whole(loaded: Sequence[T | BaseException | None]) -> list[T]:
    """What could be loaded. The rest comes back after a lease; raises its error where nothing could be."""
    failed = [one for one in loaded if isinstance(one, BaseException)]
    found = [one for one in loaded if one is not None and not isinstance(one, BaseException)]
    for error in failed:
        if not found or not isinstance(error, StoreError):
            raise error
    return found


def _claim(
    address: Address,
    entry: str,
    fence: int,
    version: int,
    tries: int,
    event: bytes,
    state: bytes,
    history: tuple[HistoryEntry, ...],
    timers: int,
    changed: bool,
) -> Claim:
    try:
        return Claim(
            address=address,
            entry=entry,
            fence=fence,
            version=version,
            event=decode_event(event),
            state=decode_state(state),
            history=history,
            tries=tries,
            timers=timers,
            changed=changed,
        )
    except CorruptRecord as error:
        return Claim(
            address=address,
            entry=entry,
            fence=fence,
            version=version,
            event=None,
            state=ConversationState(),
            history=(),
            tries=tries,
            fault=str(error),
        )


def _readable(history: list[bytes]) -> list[HistoryEntry]:
    entries = []
    for line in history:
        try:
            entries.append(decode_history(line))
        except CorruptRecord:
            continue
    return entries


def _parcel(address: Address, entry: str, raw: bytes) -> Parcel:
    try:
        return Parcel(address=address, entry=entry, outgoing=decode_outgoing(raw), raw=raw)
    except CorruptRecord:
        return Parcel(address=address, entry=entry, outgoing=None, raw=raw)


class RedisOutbox(Outbox):
    def __init__(self, commands: Commands, queue: Queue) -> None:
        self._commands = commands
        self._queue = queue

    async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
        entries = await self._queue.take([keys.out(channel) for channel in channels], count, wait)
        brought = [
            _parcel(Address.parse(entry.conversation), entry.id, entry.message)
            for entry in entries
            if entry.message
        ]
        missing = [entry for entry in entries if not entry.message]
        loaded = await asyncio.gather(
            *(self._load(entry.id, Address.parse(entry.conversation)) for entry in missing),
            return_exceptions=True,
        )
        return whole([*brought, *loaded])

    async def _load(self, entry: str, address: Address) -> Parcel | None:
        try:
            return await self._load_now(entry, address)
        except ForeignKey:
            if not await set_aside(self._commands, address):
                raise
            return await self._load_now(entry, address)

    async def _load_now(self, entry: str, address: Address) -> Parcel | None:
        names = [keys.outbox(address), keys.out(address.channel)]
        raw = await self._commands.script(_SCRIPTS["parcel"], names, [entry, keys.GROUP])
        if not raw:
            return None
        return _parcel(address, entry, raw)

    async def done(self, parcel: Parcel) -> None:
        if parcel.outgoing is None:
            await self._keep(parcel)
        await self._finish(parcel, pop=True)

    async def _keep(self, parcel: Parcel) -> None:
        """What nobody can read is not dropped: the operator has it among the dead letters."""
        bound = Bounds().dead_letters
        reason = "an outgoing message can't be read"
        fields = ("c", str(parcel.address), "event", parcel.raw, "reason", reason, "ref", "")
        await self._commands("XADD", keys.DEAD, "MAXLEN", "=", bound, "*", *fields)
        await self._commands("HINCRBY", keys.DEAD_COUNTS, "buried", 1)

    async def retry(self, parcel: Parcel) -> None:
        await self._finish(parcel, pop=False)

    async def _finish(self, parcel: Parcel, *, pop: bool) -> None:
        await self._commands.script(
            _SCRIPTS["sent"],
            [keys.outbox(parcel.address), keys.out(parcel.address.channel)],
            [parcel.raw, parcel.entry, keys.GROUP, str(parcel.address), int(pop)],
        )

    async def heartbeat(self, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
        kept = await asyncio.gather(
            *(
                self._commands.script(
                    _SCRIPTS["hold"],
                    [keys.out(parcel.address.channel)],
                    [parcel.entry, keys.GROUP, self._queue.consumer],
                )
                for parcel in parcels
            )
        )
        return [parcel for parcel, ours in zip(parcels, kept, strict=True) if not ours]
