"""More comes than can be answered: the surplus is told so at once, and what was accepted is answered soon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from botcore.cli.benches.overload import overload
from botcore.delivery import keys
from botcore.delivery.pulse import Pulse
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox
from botcore.errors import MailboxFull
from botcore.stores.commands import Commands
from botcore.types import Address
from tests.delivery.conftest import message


async def accepted(inbox: RedisInbox, count: int) -> int:
    """How many of so many new conversations were taken."""
    taken = 0
    for number in range(count):
        try:
            await inbox.accept(message("hello", address=Address("web", f"{count}-{number}")))
            taken += 1
        except MailboxFull:
            continue
    return taken


async def test_no_more_is_accepted_than_is_answered_within_a_second(
    redis: Redis, valkey_socket: Path
) -> None:
    commands = Commands(redis)
    pulse = Pulse(f"unix://{valkey_socket}", every=0.05, patience=1.0)
    inbox = RedisInbox(commands, Queue(redis, commands, pulse=pulse), Bounds())
    assert await accepted(inbox, 100) == 100  # nobody works yet, so nobody knows how long they will wait
    pulse.took(0.25, slots=10)  # forty a second
    [claim, *_] = await inbox.claim(10, 1.0)
    async with asyncio.timeout(10):
        while not await redis.exists(keys.ROOM):
            await asyncio.sleep(0.01)
    assert await accepted(inbox, 50) == 0
    with pytest.raises(MailboxFull) as refused:
        await inbox.accept(message("and I too", address=claim.address))
    assert 1.0 <= refused.value.retry_after <= 30.0
    while await inbox.claim(20, 0.01):
        pass  # all of them are being worked on now
    assert 39 <= await accepted(inbox, 60) <= 41
    await pulse.aclose()


@pytest.mark.slow
async def test_fifty_times_the_load_is_refused_within_a_second_and_nothing_accepted_is_dropped() -> None:
    seen = await overload(times=50, seconds=4.0)
    assert seen.offered > 5 * seen.sustainable
    assert seen.first_refusal <= 1.0
    assert seen.unanswered == 0
    assert seen.p99 <= seen.normal_p99 + 10.0  # a busy machine's patience; the bench tells the figure
    assert seen.worker_growth < 20_000
    assert seen.store_growth < 20_000
