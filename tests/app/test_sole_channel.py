"""A channel that allows one connection, with several gateways."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from redis.asyncio import Redis

from botcore.app.sole import SoleChannel
from botcore.channels.base import Channel, Intake
from botcore.conversation import ConversationState
from botcore.delivery import sender
from botcore.delivery.base import Commit
from botcore.delivery.lease import RedisLease
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.stores.commands import Commands
from botcore.types import Address, Message, Outgoing, Person, Reply


class Line(Channel):
    """Counts who is connected; whoever is not can't send."""

    name = "line"
    sole = True
    connected: ClassVar[set[Line]] = set()

    def __init__(self) -> None:
        self.sent: asyncio.Queue[str] = asyncio.Queue()

    async def run(self, intake: Intake) -> None:
        assert not Line.connected
        Line.connected.add(self)
        try:
            await asyncio.Event().wait()
        finally:
            Line.connected.discard(self)

    async def send(self, outgoing: Outgoing) -> None:
        assert self in Line.connected
        self.sent.put_nowait(outgoing.reply.text)


async def take(event: object, *, limit_key: str = "", shown: object = None) -> None:
    raise AssertionError("nobody writes here")


async def say(commands: Commands, redis: Redis, text: str) -> None:
    inbox = RedisInbox(commands, Queue(redis, commands), Bounds())
    address = Address("line", text)
    await inbox.accept(Message(id=text, address=address, person=Person("p"), at=1.0, text="hi"))
    [claim] = await inbox.claim(1, 2.0)
    await inbox.commit(
        claim, Commit(ConversationState(), [], [Outgoing(key=text, address=address, reply=Reply(text))])
    )


async def test_one_gateway_has_it_and_the_next_takes_over_with_what_is_to_be_said(redis: Redis) -> None:
    commands = Commands(redis)
    gateways = []
    for _ in range(2):
        line = Line()
        lease = RedisLease(commands)
        sole = SoleChannel(line, lease, lambda: RedisOutbox(commands, Queue(redis, commands)), seconds=0.6)
        gateways.append((line, sole, asyncio.create_task(sole.run(take))))
    async with asyncio.timeout(20):
        for text in ("one", "two"):
            await say(commands, redis, text)
            while not any(sole.holding for _, sole, _ in gateways):
                await asyncio.sleep(0.01)
            line, sole, running = next(gateway for gateway in gateways if gateway[1].holding)
            assert await line.sent.get() == text
            assert Line.connected == {line}
            await sole.stop()
            await running
            assert line not in Line.connected
            gateways.remove((line, sole, running))
    assert sole.given_up == 0


class Broken(Line):
    async def send(self, outgoing: Outgoing) -> None:
        raise ValueError("a mistake in the adapter")


async def test_what_is_given_up_is_counted_while_the_channel_runs(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.01)
    commands = Commands(redis)
    sole = SoleChannel(
        Broken(), RedisLease(commands), lambda: RedisOutbox(commands, Queue(redis, commands)), seconds=0.6
    )
    running = asyncio.create_task(sole.run(take))
    async with asyncio.timeout(20):
        await say(commands, redis, "one")
        while not sole.given_up:
            await asyncio.sleep(0.01)
        assert sole.holding
        await sole.stop()
        await running
    assert sole.given_up == 1
