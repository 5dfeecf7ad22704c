"""The last step: from the outbox to the channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from botcore.conversation import ConversationState
from botcore.delivery import sender as module
from botcore.delivery.base import Commit
from botcore.delivery.sender import Send, Sender
from botcore.errors import ChannelError
from botcore.types import Address, Outgoing
from tests.delivery.conftest import Delivery, message, outgoing

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
