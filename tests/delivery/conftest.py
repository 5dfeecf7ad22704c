from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count

import pytest
from redis.asyncio import Redis

from botcore.delivery.base import DeadLetters, Inbox, Live, Outbox, Timers
from botcore.delivery.dead_letters import MemoryDeadLetters, RedisDeadLetters
from botcore.delivery.live import RedisLive
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.delivery.timers import MemoryTimers, RedisTimers
from botcore.stores.commands import Commands
from botcore.types import Address, Message, Outgoing, Person, Reply

ADDRESS = Address("web", "a")
_ids = count()


@dataclass
class Delivery:
    inbox: Inbox
    outbox: Outbox
    live: Live
    dead_letters: DeadLetters
    timers: Timers


Open = Callable[[], Awaitable[Delivery]]


def message(text: str, *, id: str = "", address: Address = ADDRESS) -> Message:
    return Message(id=id or f"m{next(_ids)}", address=address, person=Person("p"), at=1.0, text=text)


def outgoing(text: str, key: str, address: Address = ADDRESS) -> Outgoing:
    return Outgoing(key=key, address=address, reply=Reply(text))


@pytest.fixture
async def open_delivery(redis: Redis) -> AsyncIterator[Open]:
    """Opens the delivery of one more process on the same server. A lease lasts 0.2 s."""
    async with AsyncExitStack() as stack:

        async def open_one() -> Delivery:
            commands = Commands(redis)
            live = await stack.enter_async_context(RedisLive(redis, commands))
            queue = Queue(redis, commands, lease=0.2)
            return Delivery(
                RedisInbox(commands, queue, Bounds(mailbox=3, rate_messages=5, rate_seconds=100)),
                RedisOutbox(commands, Queue(redis, commands, lease=0.2)),
                live,
                RedisDeadLetters(commands, mailbox_limit=3),
                RedisTimers(commands, mailbox_limit=3, remember_seconds=60),
            )

        yield open_one


@pytest.fixture(params=["memory", "redis"])
async def delivery(request: pytest.FixtureRequest, open_delivery: Open) -> Delivery:
    """Every implementation in turn; a mailbox holds three."""
    if request.param == "redis":
        return await open_delivery()
    store = MemoryStore(mailbox_limit=3)
    live = MemoryLive()
    return Delivery(
        MemoryInbox(store, live),
        MemoryOutbox(store),
        live,
        MemoryDeadLetters(store),
        MemoryTimers(store),
    )
