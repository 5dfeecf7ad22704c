"""Who is dead, and who only seems to be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from botcore.conversation import ConversationState
from botcore.delivery import keys
from botcore.delivery.base import Claim, Commit
from botcore.delivery.pulse import Pulse
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox
from botcore.stores.commands import Commands
from tests.delivery.conftest import message

LEASE = 60.0
"""So long that only the pulse can be the reason for a takeover."""


class Process:
    """What one process has: a pulse and an inbox."""

    def __init__(self, redis: Redis, url: str) -> None:
        self.pulse = Pulse(url, every=0.05, silent=0.4)
        commands = Commands(redis)
        self.inbox = RedisInbox(commands, Queue(redis, commands, lease=LEASE, pulse=self.pulse), Bounds())

    async def claim(self, seconds: float = 10.0) -> list[Claim]:
        """The first claims within `seconds`."""
        until = time.monotonic() + seconds
        claims: list[Claim] = []
        while not claims and time.monotonic() < until:
            self.inbox._queue._swept.clear()  # look at every call, not once in a tenth of the lease
            claims = await self.inbox.claim(10, 0.01)
        return claims


@pytest.fixture
async def processes(redis: Redis, valkey_socket: Path) -> AsyncIterator[tuple[Process, Process]]:
    url = f"unix://{valkey_socket}"
    async with AsyncExitStack() as stack:
        pair = (Process(redis, url), Process(redis, url))
        for one in pair:
            stack.push_async_callback(one.pulse.aclose)
        yield pair


async def heard(redis: Redis, process: Process) -> None:
    async with asyncio.timeout(10):
        while await redis.zscore(keys.PULSES, process.pulse.name) is None:
            await asyncio.sleep(0.01)


async def test_turns_of_a_process_that_left_come_at_once(
    redis: Redis, processes: tuple[Process, Process]
) -> None:
    first, second = processes
    await first.inbox.accept(message("hello"))
    [claim] = await first.claim()
    second.pulse.begin()
    await first.pulse.aclose()
    [again] = await second.claim()
    assert again.tries == 2
    assert not await first.inbox.commit(claim, Commit(ConversationState()))
    assert await second.inbox.commit(again, Commit(ConversationState()))
    consumers = await redis.xinfo_consumers(keys.READY, keys.GROUP)
    assert [one["name"].decode() for one in consumers] == [second.pulse.name]


async def test_turns_of_a_process_that_fell_silent_come_long_before_its_lease_ends(
    redis: Redis, processes: tuple[Process, Process]
) -> None:
    first, second = processes
    await first.inbox.accept(message("hello"))
    await first.claim()
    await heard(redis, first)
    first.pulse._say = _mute  # type: ignore[method-assign]  # as dead as kill -9 makes it, without leave-taking
    assert await second.claim()


async def _mute(redis: Redis, *, gone: bool = False) -> None:
    return


async def test_a_process_whose_event_loop_is_blocked_keeps_its_turns(
    redis: Redis, processes: tuple[Process, Process]
) -> None:
    first, second = processes
    await first.inbox.accept(message("hello"))
    await first.claim()
    second.pulse.begin()
    for process in processes:
        await heard(redis, process)
    time.sleep(1.0)  # noqa: ASYNC251  # what a bad plugin does
    assert await second.claim(seconds=0.5) == []


async def test_after_an_outage_of_the_server_nobody_is_taken_for_dead(
    redis: Redis, processes: tuple[Process, Process]
) -> None:
    first, second = processes
    await first.inbox.accept(message("hello"))
    await first.claim()
    await heard(redis, first)
    await first.pulse.aclose()
    long_ago = int(time.time() * 1000) - 5000
    await redis.zadd(keys.PULSES, {first.pulse.name: long_ago})
    await redis.set(keys.PULSES_SINCE, long_ago - 60_000)
    assert await second.claim(seconds=0.3) == []
    assert await second.claim()  # but it is if it stays silent
