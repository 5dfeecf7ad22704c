"""What the fault runs have found, each made small."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from botcore.conversation import ConversationState
from botcore.delivery import keys
from botcore.delivery.base import Claim, Commit, Parcel
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import MAX_TRIES, Worker
from botcore.stores.commands import Commands
from botcore.types import Address, Reply
from tests.delivery.conftest import ADDRESS, message, outgoing


class Twice(Commands):
    """Sends every script twice, as redis-py does when the connection breaks before the first reply."""

    async def script(self, *arguments: Any) -> Any:
        await super().script(*arguments)
        return await super().script(*arguments)


def inbox_of(redis: Redis, commands: Commands, lease: float = 0.05) -> RedisInbox:
    return RedisInbox(commands, Queue(redis, commands, lease=lease), Bounds())


async def claim_one(inbox: RedisInbox) -> Claim:
    async with asyncio.timeout(5):
        while not (claims := await inbox.claim(1, 0.1)):
            pass
    return claims[0]


async def test_a_script_that_is_sent_twice_counts_one_try(redis: Redis) -> None:
    inbox = inbox_of(redis, Twice(redis))
    await inbox.accept(message("hello"))
    claim = await claim_one(inbox)
    assert claim.tries == 1
    assert await inbox.commit(claim, Commit(ConversationState(), (), [outgoing("hi", "k")]))
    assert await redis.llen(keys.outbox(ADDRESS)) == 1
    await inbox.accept(message("again"))
    second = await claim_one(inbox)
    await inbox.release(second)
    assert (await claim_one(inbox)).tries == 1


async def test_a_message_that_is_done_twice_takes_no_other_with_it(redis: Redis) -> None:
    commands = Twice(redis)
    inbox, outbox = inbox_of(redis, commands), RedisOutbox(commands, Queue(redis, commands))
    await inbox.accept(message("hello"))
    two = [outgoing("hi", "k1"), outgoing("ho", "k2")]
    await inbox.commit(await claim_one(inbox), Commit(ConversationState(), (), two))
    for key in ("k1", "k2"):
        [parcel] = await outbox.claim(["web"], 10, 1.0)
        assert parcel.outgoing
        assert parcel.outgoing.key == key
        await outbox.done(parcel)


async def test_a_claim_from_before_the_server_lost_its_last_second_is_void(redis: Redis) -> None:
    """The same fence may come again; the ready entry never does."""
    inbox = inbox_of(redis, Commands(redis))
    for text in ("one", "two"):
        await inbox.accept(message(text, id=text))
    first = await claim_one(inbox)
    dumped = {name: await redis.dump(name) for name in await redis.keys("*")}
    await inbox.commit(first, Commit(ConversationState()))
    zombie = await claim_one(inbox)
    for name in await redis.keys("*"):
        await redis.delete(name)
    for name, data in dumped.items():
        await redis.restore(name, 0, data)
    again = await claim_one(inbox)
    assert again.fence == zombie.fence
    assert not await inbox.commit(zombie, Commit(ConversationState()))
    assert not await inbox.bury(zombie, "it always fails")
    await inbox.release(zombie)
    assert await inbox.commit(again, Commit(ConversationState()))
    assert again.event
    assert (again.event.id, await redis.llen(keys.mailbox(ADDRESS))) == ("one", 1)


class GatedInbox(MemoryInbox):
    """Answers a claim only when `gate` opens, as a server does that is slow."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.gate, self.asked, self.kept = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def claim(self, count: int, wait: float) -> list[Claim]:
        self.asked.set()
        await self.gate.wait()
        return await super().claim(count, wait)

    async def heartbeat(self, claims: Sequence[Claim]) -> None:
        if claims:
            self.kept.set()


async def test_a_turn_that_arrives_while_the_worker_stops_goes_back_at_once() -> None:
    store = MemoryStore()
    inbox, handled = GatedInbox(store), []
    await inbox.accept(message("hello"))

    async def handle(turn: Turn) -> None:
        handled.append(turn)

    worker = Worker(inbox, MemoryLive(), handle)
    running = asyncio.create_task(worker.run())
    await inbox.asked.wait()
    await worker.stop()
    inbox.gate.set()
    await asyncio.wait_for(running, 5)
    [claim] = await MemoryInbox(store).claim(1, 0)
    assert (claim.tries, handled) == (1, [])


async def test_a_long_turn_keeps_its_lease_while_the_worker_stops() -> None:
    inbox, begun, finish = GatedInbox(MemoryStore()), asyncio.Event(), asyncio.Event()
    inbox.gate.set()
    await inbox.accept(message("hello"))

    async def handle(turn: Turn) -> None:
        begun.set()
        await finish.wait()
        turn.say(Reply("hi"))

    worker = Worker(inbox, MemoryLive(), handle, wait=0.01)
    running = asyncio.create_task(worker.run())
    await begun.wait()
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0.1)  # the loop that claims has ended
    inbox.kept.clear()
    await asyncio.wait_for(inbox.kept.wait(), 5)
    finish.set()
    await asyncio.gather(stopping, running)
    assert worker.handled == 1


class GatedOutbox(MemoryOutbox):
    """The same for what leaves."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.gate, self.asked, self.kept = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
        self.asked.set()
        await self.gate.wait()
        return await super().claim(channels, count, wait)

    async def heartbeat(self, parcels: Sequence[Parcel]) -> None:
        if parcels:
            self.kept.set()


async def test_a_message_that_arrives_while_the_sender_stops_goes_back_at_once() -> None:
    store = MemoryStore()
    outbox, sent = GatedOutbox(store), []
    store.of(ADDRESS).outgoing.append(outgoing("hi", "k"))

    async def send(one: object) -> None:
        sent.append(one)

    sender = Sender(outbox, {"web": send})
    running = asyncio.create_task(sender.run())
    await outbox.asked.wait()
    await sender.stop()
    outbox.gate.set()
    await asyncio.wait_for(running, 5)
    assert len(await MemoryOutbox(store).claim(["web"], 1, 0)) == 1
    assert sent == []


async def test_a_long_send_keeps_its_lease_while_the_sender_stops() -> None:
    store = MemoryStore()
    outbox, begun, finish = GatedOutbox(store), asyncio.Event(), asyncio.Event()
    outbox.gate.set()
    store.of(ADDRESS).outgoing.append(outgoing("hi", "k"))

    async def send(_: object) -> None:
        begun.set()
        await finish.wait()

    sender = Sender(outbox, {"web": send}, wait=0.01)
    running = asyncio.create_task(sender.run())
    await begun.wait()
    stopping = asyncio.create_task(sender.stop())
    await asyncio.sleep(0.1)  # the loop that claims has ended
    outbox.kept.clear()
    await asyncio.wait_for(outbox.kept.wait(), 5)
    finish.set()
    await asyncio.gather(stopping, running)
    assert await MemoryOutbox(store).claim(["web"], 1, 0) == []


async def test_last_tries_are_made_one_by_one_so_that_a_poison_buries_no_other(redis: Redis) -> None:
    inbox = inbox_of(redis, Commands(redis), lease=60)
    chats = [Address("web", str(number)) for number in range(5)]
    for address in chats:
        await inbox.accept(message("hello", address=address))
        await redis.hset(keys.state(address), "tries", MAX_TRIES - 1)
    together, at_once, tries = 0, [], []

    async def handle(turn: Turn) -> None:
        nonlocal together
        together += 1
        at_once.append(together)
        tries.append(turn.claim.tries)
        await asyncio.sleep(0.02)
        together -= 1
        turn.say(Reply("hi"))

    worker = Worker(inbox, MemoryLive(), handle, wait=0.01)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        while worker.handled < len(chats):
            await asyncio.sleep(0.01)
    await worker.stop()
    await running
    assert (at_once, tries) == ([1] * 5, [MAX_TRIES] * 5)
