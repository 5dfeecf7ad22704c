"""The machine's steps on a real server, with deaths and takeovers.

Death is an entry whose worker was silent for a lease; it is made old instead of waiting.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)
from redis.asyncio import Redis

from botcore.delivery import keys
from botcore.delivery.base import Inbox, Outbox
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.stores.commands import Commands
from botcore.stores.connection import connect
from botcore.types import Address
from tests.faults.machine import CHATS, LIMIT, Machine, recent

LEASE = 3600.0


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
    if not await redis.exists(stream) or not await redis.xinfo_groups(stream):
        return
    pending = await redis.xpending_range(stream, keys.GROUP, "-", "+", 100)
    for entry in pending:
        id, consumer = entry["message_id"], entry["consumer"]
        await redis.xclaim(stream, keys.GROUP, consumer, 0, [id], idle=int(LEASE * 2000), justid=True)
