"""The last step: from the outbox to the channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
from redis.asyncio import Redis

from botcore.conversation import ConversationState
from botcore.delivery import sender as module
from botcore.delivery.base import Commit, Outbox, Parcel
from botcore.delivery.pace import MemoryPace, Pace, RedisPace
from botcore.delivery.sender import Send, Sender
from botcore.errors import ChannelError
from botcore.stores.commands import Commands
from botcore.types import Address, Outgoing, Rate
from tests.delivery.conftest import Delivery, Open, message, outgoing

A, B = Address("web", "a"), Address("web", "b")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)


async def put(delivery: Delivery, address: Address, *texts: str, at: float = 0.0) -> None:
    await delivery.inbox.accept(message("hi", address=address))
    [claim] = await delivery.inbox.claim(1, 2.0)
    said = [msgspec.structs.replace(outgoing(text, text, address), at=at or time.time()) for text in texts]
    await delivery.inbox.commit(claim, Commit(ConversationState(), [], said))


@asynccontextmanager
async def sending(delivery: Delivery, send: Send) -> AsyncIterator[Sender]:
    sender = Sender(delivery.outbox, {"web": send}, wait=0.05)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await sender.stop()
        await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_message_that_a_channel_does_not_take_is_tried_again_and_the_next_one_waits(
    delivery: Delivery,
) -> None:
    shown: list[str] = []
    failures = [ChannelError("away")] * 8

    async def send(one: Outgoing) -> None:
        if one.reply.text == "first" and failures:
            raise failures.pop()
        shown.append(one.reply.text)

    await put(delivery, A, "first", "second")
    async with sending(delivery, send) as sender:
        await until(lambda: len(shown) == 2)
    assert (shown, sender.given_up) == (["first", "second"], 0)


async def test_a_conversation_whose_channel_fails_does_not_hold_up_others(delivery: Delivery) -> None:
    shown: list[str] = []

    async def send(one: Outgoing) -> None:
        if one.address == A:
            raise ChannelError("away")
        shown.append(one.reply.text)

    await put(delivery, A, "stuck")
    await put(delivery, B, "fine")
    async with sending(delivery, send):
        await until(lambda: shown == ["fine"])


async def test_a_message_that_is_a_day_old_is_given_up(delivery: Delivery) -> None:
    async def send(one: Outgoing) -> None:
        raise ChannelError("away")

    await put(delivery, A, "old", at=time.time() - 2 * 86_400)
    async with sending(delivery, send) as sender:
        await until(lambda: sender.given_up == 1)
    assert await delivery.outbox.claim(["web"], 1, 0.05) == []


async def test_an_adapters_mistake_gives_up_that_message_only(delivery: Delivery) -> None:
    shown: list[str] = []

    async def send(one: Outgoing) -> None:
        if one.reply.text == "odd":
            raise ZeroDivisionError
        shown.append(one.reply.text)

    await put(delivery, A, "odd", "next")
    async with sending(delivery, send) as sender:
        await until(lambda: shown == ["next"])
    assert sender.given_up == 1


async def test_what_a_sender_has_held_too_long_is_left_to_the_one_that_has_it_now(
    open_delivery: Open,
) -> None:
    """It was stopped (SIGSTOP, a long pause of the machine), and another one took over."""
    zombie, heir = await open_delivery(), await open_delivery()
    shown: list[str] = []
    asleep, wake = asyncio.Event(), asyncio.Event()

    class Sleepy(Outbox):
        """The zombie's outbox: what it has claimed comes to it when it wakes."""

        async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
            parcels = await zombie.outbox.claim(channels, count, wait)
            if parcels:
                asleep.set()
                await wake.wait()
            return parcels

        async def done(self, parcel: Parcel) -> None:
            await zombie.outbox.done(parcel)

        async def retry(self, parcel: Parcel) -> None:
            await zombie.outbox.retry(parcel)

        async def heartbeat(self, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
            return await zombie.outbox.heartbeat(parcels)

    async def send(one: Outgoing) -> None:
        shown.append(one.reply.text)

    await put(heir, A, "once")
    sender = Sender(Sleepy(), {"web": send}, wait=0.05, lease=0.2)
    task = asyncio.create_task(sender.run())
    await asleep.wait()
    parcels: list[Parcel] = []
    async with asyncio.timeout(10):
        while not parcels:
            parcels = await heir.outbox.claim(["web"], 1, 0.1)
    wake.set()
    await put(heir, B, "next")  # the zombie is well again
    await until(lambda: shown == ["next"])
    await heir.outbox.done(parcels[0])
    await sender.stop()
    await task
    assert shown == ["next"]


async def test_a_chat_at_its_limit_waits_and_no_other_chat_waits_with_it(delivery: Delivery) -> None:
    shown: list[str] = []

    async def send(one: Outgoing) -> None:
        shown.append(one.reply.text)

    def rates(address: Address) -> list[Rate]:
        return [Rate("all", 1000, 1000), Rate(f"chat {address.chat}", 0.001, 2)]

    await put(delivery, A, "a1", "a2", "a3")
    await put(delivery, B, "b1")
    sender = Sender(delivery.outbox, {"web": send}, rates=rates, wait=0.05, concurrency=1)
    task = asyncio.create_task(sender.run())
    await until(lambda: len(shown) == 3)
    await sender.stop(grace=0.0)
    await task
    assert sorted(shown) == ["a1", "a2", "b1"]


async def test_a_service_that_says_when_is_asked_again_then(delivery: Delivery) -> None:
    tried: list[float] = []

    async def send(one: Outgoing) -> None:
        tried.append(time.monotonic())
        if len(tried) == 1:
            error = ChannelError("too fast")
            error.retry_after = 0.5
            raise error

    await put(delivery, A, "later")
    async with sending(delivery, send):
        await until(lambda: len(tried) == 2)
    assert tried[1] - tried[0] >= 0.5


@pytest.fixture(params=["memory", "redis"])
def pace(request: pytest.FixtureRequest, redis: Redis) -> Pace:
    return MemoryPace() if request.param == "memory" else RedisPace(Commands(redis))


async def test_bookings_past_the_burst_lie_one_gap_apart(pace: Pace) -> None:
    rate = Rate("chat", 0.01, 3)
    waits = [await pace.book([rate]) for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == pytest.approx([100, 200], abs=10)


async def test_the_slowest_rate_counts_and_messages_of_one_booking_add_up(pace: Pace) -> None:
    everyone, chat = Rate("all", 1.0, 10), Rate("chat", 0.01, 1)
    assert await pace.book([everyone, chat]) == 0
    assert await pace.book([everyone, chat], 2) == pytest.approx(200, abs=10)
    assert await pace.book([everyone], 7) == 0
    assert await pace.book([everyone], 5) == pytest.approx(5, abs=4)
