"""What only a store that outlives its workers can promise."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from botcore.conversation import ConversationState, HistoryEntry, encode
from botcore.delivery import keys
from botcore.delivery.base import Commit
from botcore.errors import RateLimited
from botcore.types import Address
from tests.delivery.conftest import ADDRESS, Open, message, outgoing


async def test_a_dead_workers_turn_goes_to_another_and_the_dead_one_cannot_commit(
    open_delivery: Open,
) -> None:
    dead, alive = await open_delivery(), await open_delivery()
    await dead.inbox.accept(message("hello"))
    [lost] = await dead.inbox.claim(1, 1.0)
    [taken] = await _patiently(alive)
    assert (taken.event, taken.tries) == (lost.event, 2)
    assert not await dead.inbox.commit(lost, Commit(ConversationState(language="de")))
    assert await alive.inbox.commit(taken, Commit(ConversationState(language="fr")))
    assert not await dead.inbox.commit(lost, Commit(ConversationState(language="de")))


async def test_a_heartbeat_keeps_a_long_turn(open_delivery: Open) -> None:
    slow, other = await open_delivery(), await open_delivery()
    await slow.inbox.accept(message("hello"))
    [claim] = await slow.inbox.claim(1, 1.0)
    for _ in range(8):
        await slow.inbox.heartbeat([claim])
        assert await other.inbox.claim(1, 0.05) == []
    assert await slow.inbox.commit(claim, Commit(ConversationState()))


async def test_a_late_heartbeat_does_not_take_a_turn_back(open_delivery: Open, redis: Redis) -> None:
    zombie, alive = await open_delivery(), await open_delivery()
    await zombie.inbox.accept(message("hello"))
    [old] = await zombie.inbox.claim(1, 1.0)
    [new] = await _patiently(alive)
    await zombie.inbox.heartbeat([old])
    [pending] = await redis.xpending_range(keys.READY, keys.GROUP, "-", "+", 10)
    assert pending["message_id"].decode() == new.entry
    assert await alive.inbox.commit(new, Commit(ConversationState()))


async def test_a_dead_senders_message_goes_to_another(open_delivery: Open) -> None:
    dead, alive = await open_delivery(), await open_delivery()
    await dead.inbox.accept(message("hello"))
    [claim] = await dead.inbox.claim(1, 1.0)
    await dead.inbox.commit(claim, Commit(ConversationState(), [], [outgoing("hi", "k")]))
    [lost] = await dead.outbox.claim(["web"], 1, 1.0)
    taken = []
    async with asyncio.timeout(5):
        while not taken:
            taken = await alive.outbox.claim(["web"], 1, 0.1)
    assert taken[0].outgoing == lost.outgoing
    await alive.outbox.done(taken[0])
    await dead.outbox.done(lost)
    assert await redis_is_idle(dead)


async def test_nothing_is_left_behind_by_a_finished_turn(open_delivery: Open, redis: Redis) -> None:
    delivery = await open_delivery()
    await delivery.inbox.accept(message("hello", id="1"))
    [claim] = await delivery.inbox.claim(1, 1.0)
    await delivery.inbox.commit(claim, Commit(ConversationState(), [], [outgoing("hi", "k")]))
    [parcel] = await delivery.outbox.claim(["web"], 1, 1.0)
    await delivery.outbox.done(parcel)
    assert await redis.xlen(keys.READY) == await redis.xlen(keys.out("web")) == 0
    left = {name.decode() for name in await redis.keys("*")}
    assert left == {keys.READY, keys.out("web"), keys.state(ADDRESS), keys.seen(ADDRESS, "1")}
    assert await redis.ttl(keys.state(ADDRESS)) > 0


async def test_one_persons_flood_is_refused_and_others_are_not(open_delivery: Open) -> None:
    delivery = await open_delivery()
    for number in range(5):
        await delivery.inbox.accept(message("hi", address=Address("web", str(number))), limit_key="web:p")
    with pytest.raises(RateLimited) as refused:
        await delivery.inbox.accept(message("hi", address=Address("web", "6")), limit_key="web:p")
    assert 0 < refused.value.retry_after <= 20
    await delivery.inbox.accept(message("hi", address=Address("web", "6")), limit_key="web:q")


async def test_an_event_that_cannot_be_read_is_handed_out_as_a_fault(
    open_delivery: Open, redis: Redis
) -> None:
    delivery = await open_delivery()
    await redis.rpush(keys.mailbox(ADDRESS), b"\xc1 no message")
    await redis.xadd(keys.READY, {"c": str(ADDRESS)})
    [claim] = await delivery.inbox.claim(1, 1.0)
    assert claim.event is None
    assert "can't be read" in claim.fault
    assert await delivery.inbox.bury(claim, claim.fault)
    [(_, dead)] = await redis.xrange(keys.DEAD)
    assert dead[b"event"] == b"\xc1 no message"


async def test_scripts_survive_a_server_that_forgot_them(open_delivery: Open, redis: Redis) -> None:
    delivery = await open_delivery()
    await delivery.inbox.accept(message("one"))
    await redis.script_flush()
    await delivery.inbox.accept(message("two"))
    await redis.flushall()
    await delivery.inbox.accept(message("three"))
    claims = await _patiently(delivery)
    assert getattr(claims[0].event, "text", "") == "three"


async def _patiently(delivery):  # type: ignore[no-untyped-def]  # a test's helper
    async with asyncio.timeout(5):
        while True:
            claims = await delivery.inbox.claim(1, 0.1)
            if claims:
                return claims


async def redis_is_idle(delivery) -> bool:  # type: ignore[no-untyped-def]
    return await delivery.outbox.claim(["web"], 1, 0.02) == []


async def test_a_damaged_line_of_the_past_does_not_end_the_dialogue(
    open_delivery: Open, redis: Redis
) -> None:
    delivery = await open_delivery()
    await redis.rpush(keys.history(ADDRESS), encode(HistoryEntry("user", "hi", 1.0)), b"\xc1", b"")
    await delivery.inbox.accept(message("hello"))
    [claim] = await delivery.inbox.claim(1, 1.0)
    assert [entry.text for entry in claim.history] == ["hi"]
    assert await delivery.inbox.commit(claim, Commit(ConversationState()))
