"""The steps that inbox and outbox can take, each compared with the model.

Death is an entry whose worker was silent for a lease; the Redis machine makes it old instead of waiting.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from redis.asyncio import Redis

from botcore.conversation import ConversationState
from botcore.delivery import keys
from botcore.delivery.base import Accepted, Claim, Commit, Inbox, Outbox, Parcel
from botcore.delivery.memory import MemoryInbox, MemoryOutbox, MemoryStore
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.errors import MailboxFull
from botcore.stores.commands import Commands
from botcore.stores.connection import connect
from botcore.types import Address
from tests.delivery.conftest import message, outgoing
from tests.faults.model import Conversation, Turn

CHATS = [Address("web", "a"), Address("web", "b"), Address("cli", "c")]
LIMIT = 4
LEASE = 3600.0
chats, recent = st.sampled_from(CHATS), st.integers(0, 4)
"""Which of the claims or parcels there ever were, counted from the newest: the older ones are what zombies hold."""


class Machine(RuleBasedStateMachine):
    """The steps, checked against the model. Subclasses say which delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = {address: Conversation() for address in CHATS}
        self.claims: list[Claim] = []
        """Every claim that there ever was: the old ones are what zombies hold."""
        self.parcels: list[Parcel] = []
        self.accepted = 0

    def inbox(self) -> Inbox:
        raise AssertionError

    def outbox(self) -> Outbox:
        raise AssertionError

    @rule(address=chats)
    def accept(self, address: Address) -> None:
        self.accepted += 1
        id, box = f"e{self.accepted}", self.model[address]
        if len(box.mail) == LIMIT:
            with pytest.raises(MailboxFull):
                self.runner.run(self.inbox().accept(message(id, id=id, address=address)))
            return
        assert self.runner.run(self.inbox().accept(message(id, id=id, address=address))) is Accepted.NEW
        box.mail.append(id)
        box.seen.append(id)

    @rule(address=chats, pick=recent)
    def accept_again(self, address: Address, pick: int) -> None:
        box = self.model[address]
        if box.seen:
            id = box.seen[pick % len(box.seen)]
            again = self.runner.run(self.inbox().accept(message(id, id=id, address=address)))
            assert again is Accepted.DUPLICATE

    @rule(count=st.integers(1, 4))
    def claim(self, count: int) -> None:
        ready = {address for address, box in self.model.items() if box.is_ready}
        claims = self.runner.run(self.inbox().claim(count, 0.001))
        assert {claim.address for claim in claims} <= ready
        assert len(claims) <= min(count, len(ready))
        assert claims or not ready
        for claim in claims:
            self._check_claim(claim)

    def _check_claim(self, claim: Claim) -> None:
        box = self.model[claim.address]
        box.tries += 1
        assert claim.event
        counted = claim.state.plugins.get("p", {}).get("turns", 0)
        expected = (box.mail[0], box.tries, box.version, box.turns)
        assert (claim.event.id, claim.tries, claim.version, counted) == expected
        assert all(claim.fence > old.fence for old in self.claims if old.address == claim.address)
        box.turn = Turn(claim.event.id, claim.fence)
        self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(pick=recent, messages=st.integers(0, 2))
    def commit(self, pick: int, messages: int) -> None:
        """By whoever holds a claim, in time or far too late."""
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        names = [f"{claim.address}:{claim.version}:{index}" for index in range(messages)]
        turns = claim.state.plugins.get("p", {}).get("turns", 0) + 1
        commit = Commit(
            ConversationState(plugins={"p": {"turns": turns}}),
            (),
            [outgoing("hi", name, claim.address) for name in names],
        )
        stored = self.runner.run(self.inbox().commit(claim, commit))
        assert stored is (box.is_current(claim.fence) or box.committed == claim.fence)
        if box.is_current(claim.fence):
            box.finish(claim.fence)
            box.turns += 1
            box.outgoing.extend(names)

    @precondition(lambda self: self.claims)
    @rule(pick=recent)
    def release(self, pick: int) -> None:
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        self.runner.run(self.inbox().release(claim))
        if box.is_current(claim.fence):
            box.turn = None
            box.tries -= 1

    @precondition(lambda self: self.claims)
    @rule(pick=recent)
    def bury(self, pick: int) -> None:
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        buried = self.runner.run(self.inbox().bury(claim, "why"))
        assert buried is (box.is_current(claim.fence) or box.committed == claim.fence)
        if box.is_current(claim.fence):
            box.finish(claim.fence)

    @rule(count=st.integers(1, 4), channels=st.sampled_from([["web"], ["cli"], ["web", "cli"]]))
    def take_parcels(self, count: int, channels: list[str]) -> None:
        ready = {
            address for address, box in self.model.items() if box.may_send and address.channel in channels
        }
        parcels = self.runner.run(self.outbox().claim(channels, count, 0.001))
        assert {parcel.address for parcel in parcels} <= ready
        assert parcels or not ready
        for parcel in parcels:
            box = self.model[parcel.address]
            assert parcel.outgoing
            assert parcel.outgoing.key == box.outgoing[0]
            box.sending, box.sender_died = parcel.outgoing.key, False
            self.parcels.append(parcel)

    @precondition(lambda self: self.parcels)
    @rule(pick=recent, sent=st.booleans())
    def finish_parcel(self, pick: int, sent: bool) -> None:
        """Done or given back, in time or far too late."""
        parcel = self.parcels[-1 - pick % len(self.parcels)]
        assert parcel.outgoing
        box = self.model[parcel.address]
        outbox = self.outbox()
        self.runner.run(outbox.done(parcel) if sent else outbox.retry(parcel))
        if box.sending == parcel.outgoing.key and self._stands_for(parcel, box):
            box.sending = ""
            if sent:
                box.outgoing.popleft()

    def _stands_for(self, parcel: Parcel, box: Conversation) -> bool:
        """Whether the parcel is of the latest time that its message was handed out."""
        latest = [one for one in self.parcels if one.raw == parcel.raw][-1]
        return latest.entry == parcel.entry

    def teardown(self) -> None:
        self.runner.close()


class MemoryMachine(Machine):
    def __init__(self) -> None:
        super().__init__()
        store = MemoryStore(mailbox_limit=LIMIT)
        self._inbox, self._outbox = MemoryInbox(store), MemoryOutbox(store)

    def inbox(self) -> Inbox:
        return self._inbox

    def outbox(self) -> Outbox:
        return self._outbox


class RedisMachine(Machine):
    """Every step is done by a process of its own, which has just started."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.redis = connect(self.url)
        self.runner.run(self.redis.flushall())
        self.runner.run(
            self.redis.config_set("hz", 500)
        )  # a read that finds nothing ends after 2 ms, not 100

    def inbox(self) -> Inbox:
        commands = Commands(self.redis)
        queue = Queue(self.redis, commands, lease=LEASE)
        return RedisInbox(commands, queue, Bounds(mailbox=LIMIT, rate_messages=0))

    def outbox(self) -> Outbox:
        commands = Commands(self.redis)
        return RedisOutbox(commands, Queue(self.redis, commands, lease=LEASE))

    @precondition(lambda self: any(box.turn for box in self.model.values()))
    @rule()
    def all_workers_fall_silent(self) -> None:
        """Killed or frozen: what they had goes to others; a zombie may still commit until then."""
        self.runner.run(_make_old(self.redis, keys.READY))
        for box in self.model.values():
            if box.turn:
                box.turn.abandoned = True

    @precondition(lambda self: any(box.turn for box in self.model.values()))
    @rule()
    def turns_are_taken_over(self) -> None:
        """What makes zombies, in one step, since by chance alone it is rare."""
        self.all_workers_fall_silent()
        self.claim(len(CHATS))

    @precondition(lambda self: any(box.sending for box in self.model.values()))
    @rule()
    def messages_are_taken_over(self) -> None:
        self.all_senders_fall_silent()
        self.take_parcels(len(CHATS), ["web", "cli"])

    @precondition(lambda self: self.claims)
    @rule(pick=recent)
    def heartbeat(self, pick: int) -> None:
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        self.runner.run(self.inbox().heartbeat([claim]))
        if box.turn and box.turn.fence == claim.fence:
            box.turn.abandoned = False

    @precondition(lambda self: any(box.sending for box in self.model.values()))
    @rule()
    def all_senders_fall_silent(self) -> None:
        for channel in ("web", "cli"):
            self.runner.run(_make_old(self.redis, keys.out(channel)))
        for box in self.model.values():
            box.sender_died = bool(box.sending)

    @invariant()
    def a_box_is_not_empty_exactly_if_one_ready_entry_stands_for_it(self) -> None:
        entries, mail, outgoing = self.runner.run(_boxes(self.redis))
        for address, box in self.model.items():
            assert mail[address] == len(box.mail)
            assert outgoing[address] == len(box.outgoing)
            assert entries[keys.READY, str(address)] == bool(box.mail)
            assert entries[keys.out(address.channel), str(address)] == bool(box.outgoing)

    def teardown(self) -> None:
        self.runner.run(self.redis.aclose())
        super().teardown()


async def _boxes(
    redis: Redis,
) -> tuple[Counter[tuple[str, str]], dict[Address, int], dict[Address, int]]:
    """How many entries stand for each conversation in each stream; lengths of mailboxes and outboxes."""
    streams = [keys.READY, keys.out("web"), keys.out("cli")]
    async with redis.pipeline() as pipeline:
        for stream in streams:
            pipeline.xrange(stream)
        for address in CHATS:
            pipeline.llen(keys.mailbox(address))
            pipeline.llen(keys.outbox(address))
        replies = await pipeline.execute()
    entries = Counter(
        (stream, fields[b"c"].decode())
        for stream, found in zip(streams, replies, strict=False)
        for _, fields in found
    )
    lengths = replies[len(streams) :]
    return (
        entries,
        dict(zip(CHATS, lengths[::2], strict=True)),
        dict(zip(CHATS, lengths[1::2], strict=True)),
    )


async def _make_old(redis: Redis, stream: str) -> None:
    if not await redis.exists(stream):
        return
    pending = await redis.xpending_range(stream, keys.GROUP, "-", "+", 100)
    for entry in pending:
        id, consumer = entry["message_id"], entry["consumer"]
        await redis.xclaim(stream, keys.GROUP, consumer, 0, [id], idle=int(LEASE * 2000), justid=True)
