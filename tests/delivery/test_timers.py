"""Timers: set and cancelled with the turn, and each comes once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from botcore.conversation import ConversationState
from botcore.delivery import keys
from botcore.delivery.base import Claim, Commit
from botcore.delivery.timers import Pump
from botcore.types import Address, Person, Timer
from tests.delivery.conftest import ADDRESS, Delivery, Open, message


def timer(id: str, due: float, address: Address = ADDRESS) -> Timer:
    plugin, name, _ = id.split(":")
    return Timer(
        id=id, address=address, person=Person("p"), at=1.0, plugin=plugin, name=name, due=due, data={"n": 1}
    )


async def turn(delivery: Delivery, commit: Commit, address: Address = ADDRESS) -> Claim:
    await delivery.inbox.accept(message("hello", address=address))
    [claim] = await delivery.inbox.claim(1, 2.0)
    assert await delivery.inbox.commit(claim, commit)
    return claim


def setting(*timers: Timer, cancelled: Sequence[str] = (), forget: bool = False) -> Commit:
    return Commit(ConversationState(), cancelled=cancelled, timers=timers, forget=forget)


async def ids(delivery: Delivery) -> list[str]:
    return [one.id for one in await delivery.timers.waiting(ADDRESS)]


async def test_a_timer_comes_when_it_is_due_and_once(delivery: Delivery) -> None:
    one = timer("shop:remind:1", 100.0)
    await turn(delivery, setting(one))
    assert await delivery.timers.fire(99.9) == 100.0
    assert await delivery.inbox.claim(1, 0.02) == []
    assert await delivery.timers.fire(100.0) is None
    assert await delivery.timers.fire(100.0) is None
    [claim] = await delivery.inbox.claim(10, 2.0)
    assert claim.event == one
    await delivery.inbox.commit(claim, setting())
    assert await delivery.inbox.claim(1, 0.02) == []


async def test_timers_of_many_conversations_come_and_the_next_is_named(delivery: Delivery) -> None:
    for chat in "abc":
        address = Address("web", chat)
        await turn(delivery, setting(timer("shop:remind:1", 100.0, address)), address)
    await turn(delivery, setting(timer("shop:remind:2", 250.0)))
    assert await delivery.timers.fire(200.0) == 250.0
    assert len(await delivery.inbox.claim(10, 2.0)) == 3


async def test_a_claim_tells_how_many_wait(delivery: Delivery) -> None:
    await turn(delivery, setting(timer("shop:remind:1", 100.0), timer("shop:remind:2", 50.0)))
    assert await ids(delivery) == ["shop:remind:2", "shop:remind:1"]
    assert (await turn(delivery, setting())).timers == 2


async def test_a_cancelled_timer_does_not_come_and_others_do(delivery: Delivery) -> None:
    await turn(delivery, setting(timer("shop:remind:1", 100.0), timer("shop:reminder:1", 100.0)))
    await turn(delivery, setting(timer("shop:remind:2", 100.0), cancelled=["shop:remind:"]))
    assert sorted(await ids(delivery)) == ["shop:remind:2", "shop:reminder:1"]
    await turn(delivery, setting(cancelled=["shop:remind:", "shop:reminder:"]))
    assert await delivery.timers.fire(1000.0) is None
    assert await delivery.inbox.claim(1, 0.02) == []


async def test_forgetting_a_conversation_drops_its_timers_but_not_anothers(delivery: Delivery) -> None:
    other = Address("web", "b")
    await turn(delivery, setting(timer("shop:remind:1", 100.0, other)), other)
    await turn(delivery, setting(timer("shop:remind:1", 100.0)))
    await turn(delivery, setting(timer("shop:remind:2", 100.0), forget=True))
    assert await ids(delivery) == ["shop:remind:2"]
    assert [one.id for one in await delivery.timers.waiting(other)] == ["shop:remind:1"]


async def test_a_commit_that_comes_twice_sets_a_timer_once(delivery: Delivery) -> None:
    commit = setting(timer("shop:remind:1", 100.0))
    claim = await turn(delivery, commit)
    await delivery.timers.fire(100.0)
    assert await delivery.inbox.commit(claim, commit)
    assert await ids(delivery) == []


async def test_a_full_mailbox_puts_a_timer_off(delivery: Delivery) -> None:
    await turn(delivery, setting(timer("shop:remind:1", 100.0)))
    for text in "abc":
        await delivery.inbox.accept(message(text))
    assert await delivery.timers.fire(100.0) is not None
    assert await ids(delivery) == ["shop:remind:1"]
    for _ in range(3):
        [claim] = await delivery.inbox.claim(1, 2.0)
        await delivery.inbox.commit(claim, setting())
    assert await delivery.timers.fire(200.0) is None
    [claim] = await delivery.inbox.claim(1, 2.0)
    assert isinstance(claim.event, Timer)


async def test_the_pump_looks_by_itself(delivery: Delivery) -> None:
    await turn(delivery, setting(timer("shop:remind:1", 100.0)))
    pump = asyncio.create_task(Pump(delivery.timers, lambda: 100.0).run())
    [claim] = await delivery.inbox.claim(1, 5.0)
    assert isinstance(claim.event, Timer)
    pump.cancel()
    await asyncio.gather(pump, return_exceptions=True)


async def test_a_refused_commit_sets_no_timer(open_delivery: Open) -> None:
    dead, alive = await open_delivery(), await open_delivery()
    await dead.inbox.accept(message("hello"))
    [lost] = await dead.inbox.claim(1, 1.0)
    async with asyncio.timeout(5):
        while not await alive.inbox.claim(1, 0.1):
            pass
    assert not await dead.inbox.commit(lost, setting(timer("shop:remind:1", 100.0)))
    assert await ids(alive) == []


async def test_many_processes_fire_each_timer_once(open_delivery: Open, redis: Redis) -> None:
    fleet = [await open_delivery() for _ in range(4)]
    addresses = [Address("web", f"c {number}\n") for number in range(150)]
    for address in addresses:
        await turn(fleet[0], setting(timer("shop:remind:1", 100.0, address)), address)
    async with asyncio.timeout(20):
        while await redis.zcard(keys.DUE):
            await asyncio.gather(*(one.timers.fire(100.0) for one in fleet))
    fired = await fleet[0].inbox.claim(200, 2.0)
    assert sorted(claim.address for claim in fired) == sorted(addresses)
    assert {await redis.llen(keys.mailbox(address)) for address in addresses} == {1}
    assert not await redis.keys(f"{keys.PREFIX}t:*")
