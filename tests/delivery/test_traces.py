"""What is kept of the latest turns."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from botcore.delivery import keys
from botcore.delivery.traces import Stage, Traces, TurnTrace
from botcore.stores.commands import Commands
from botcore.types import Address

ADA, BOB = Address("web", "ada"), Address("telegram", "7")


def turn(number: int, address: Address = ADA) -> TurnTrace:
    stages = [Stage("detect", "greeting 0.9 by classifier", 2.0)]
    return TurnTrace(
        reference=f"{number:016x}",
        address=address,
        event=f"e{number}",
        at=float(number),
        ms=3.0,
        stages=stages,
    )


async def test_the_latest_turns_come_newest_first_as_they_were(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=100)
    for number in range(5):
        traces.add(turn(number))
    await traces.flush()
    assert await traces.latest(3) == [turn(4), turn(3), turn(2)]


async def test_one_conversation_is_told_apart(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=10_000)
    for number in range(1200):
        traces.add(turn(number, BOB if number == 3 else ADA))
    await traces.flush()
    assert await traces.latest(5, BOB) == [turn(3, BOB)]
    assert await traces.latest(5, Address("web", "nobody")) == []


async def test_a_turn_is_found_by_its_reference_with_all_its_tries(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=100)
    first, second = turn(7), TurnTrace(reference=turn(7).reference, address=ADA, event="e7", at=9.0, ms=1.0)
    for one in (first, turn(8), second):
        traces.add(one)
    await traces.flush()
    assert await traces.of(turn(7).reference) == [second, first]
    assert await traces.of("ffff") == []
    assert await traces.of("") == []


async def test_no_more_are_kept_than_the_limit_by_and_large(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=100)
    for number in range(1000):
        traces.add(turn(number))
    await traces.flush()
    assert 100 <= await redis.xlen(keys.TRACES) < 400
    none = Traces(Commands(redis), limit=0)
    none.add(turn(2000))
    await none.flush()
    assert (await traces.latest(1))[0].reference == turn(999).reference


async def test_what_cannot_be_read_is_passed_over_and_what_came_twice_is_one(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=100)
    for _ in range(2):
        traces.add(turn(1))
    await traces.flush()
    await redis.xadd(keys.TRACES, {"t": b"\xff"})
    assert await traces.latest(10) == [turn(1)]


async def test_traces_that_are_left_at_the_end_are_stored(redis: Redis) -> None:
    traces = Traces(Commands(redis), limit=100)
    running = asyncio.create_task(traces.run())
    await asyncio.sleep(0)
    traces.add(turn(1))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await traces.latest(1) == [turn(1)]
