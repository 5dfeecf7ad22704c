"""Leases: one holder at a time, whose death costs seconds."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from botcore.delivery.lease import LEASE_SECONDS, Lease, MemoryLease, RedisLease, while_held
from botcore.stores.commands import Commands

CHILD = """
import asyncio, sys
from botcore.delivery.lease import RedisLease, while_held
from botcore.stores.commands import Commands
from botcore.stores.connection import connect

async def serve(token):
    print("held", flush=True)
    await asyncio.Event().wait()

asyncio.run(while_held(RedisLease(Commands(connect(sys.argv[1]))), "channel:x", serve))
"""


@pytest.fixture(params=["memory", "redis"])
def lease(request: pytest.FixtureRequest, redis: Redis) -> Lease:
    return RedisLease(Commands(redis)) if request.param == "redis" else MemoryLease()


async def test_one_owner_holds_it_and_gets_its_token_again(lease: Lease) -> None:
    token = await lease.take("x", "ann", 10)
    assert token > 0
    assert await lease.take("x", "bob", 10) == 0
    assert await lease.take("x", "ann", 10) == token
    assert await lease.take("y", "bob", 10) > 0


async def test_a_released_lease_goes_to_the_next_with_a_higher_token(lease: Lease) -> None:
    first = await lease.take("x", "ann", 10)
    await lease.release("x", first)
    await lease.release("x", first)
    second = await lease.take("x", "bob", 10)
    assert second > first
    assert not await lease.renew("x", first, 10)
    await lease.release("x", first)
    assert await lease.renew("x", second, 10)


async def test_a_lease_runs_out_unless_it_is_renewed(lease: Lease) -> None:
    token = await lease.take("x", "ann", 0.2)
    for _ in range(4):
        await asyncio.sleep(0.1)
        assert await lease.renew("x", token, 0.2)
        assert await lease.take("x", "bob", 0.2) == 0
    await asyncio.sleep(0.3)
    assert not await lease.renew("x", token, 0.2)
    assert await lease.take("x", "bob", 0.2) > token


class Service:
    """Notes who serves, and how many at once."""

    def __init__(self) -> None:
        self.serving: list[str] = []
        self.most = 0
        self.began: asyncio.Queue[str] = asyncio.Queue()

    def __call__(self, name: str):  # type: ignore[no-untyped-def]
        async def serve(token: int) -> None:
            self.serving.append(name)
            self.most = max(self.most, len(self.serving))
            self.began.put_nowait(name)
            try:
                await asyncio.Event().wait()
            finally:
                self.serving.remove(name)

        return serve


@pytest.fixture
async def stopped() -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that end with the test."""
    tasks: list[asyncio.Task[None]] = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_only_one_of_many_serves_and_another_follows(
    lease: Lease, stopped: list[asyncio.Task[None]]
) -> None:
    service = Service()
    stopped += [
        asyncio.create_task(while_held(lease, "x", service(name), seconds=0.6), name=name) for name in "abc"
    ]
    async with asyncio.timeout(10):
        seen = set()
        for _ in range(3):
            holder = await service.began.get()
            seen.add(holder)
            next(task for task in stopped if task.get_name() == holder).cancel()
    assert seen == {"a", "b", "c"}
    assert service.most == 1


async def test_who_loses_the_lease_stops_serving(redis: Redis, stopped: list[asyncio.Task[None]]) -> None:
    service, lease = Service(), RedisLease(Commands(redis))
    stopped.append(asyncio.create_task(while_held(lease, "x", service("a"), seconds=0.6)))
    await service.began.get()
    await redis.flushall()
    assert await lease.take("x", "zombie hunter", 10) > 0
    async with asyncio.timeout(5):
        while service.serving:
            await asyncio.sleep(0.01)


async def test_what_ends_by_itself_or_fails_is_begun_again(lease: Lease) -> None:
    begun = asyncio.Semaphore(0)

    async def fail(token: int) -> None:
        begun.release()
        raise RuntimeError("no connection")

    task = asyncio.create_task(while_held(lease, "x", fail, seconds=0.6))
    async with asyncio.timeout(10):
        for _ in range(2):
            await begun.acquire()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.timeout(30)
async def test_another_process_takes_over_within_five_seconds_of_a_kill(
    redis: Redis, valkey_socket: Path, stopped: list[asyncio.Task[None]]
) -> None:
    arguments = [sys.executable, "-c", CHILD, f"unix://{valkey_socket}"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        while await asyncio.to_thread(child.stdout.readline) != b"held\n":
            assert child.poll() is None  # what it logs comes first
        service = Service()
        stopped.append(
            asyncio.create_task(while_held(RedisLease(Commands(redis)), "channel:x", service("heir")))
        )
        await asyncio.sleep(LEASE_SECONDS / 2)
        assert not service.serving
        child.kill()
        killed = time.monotonic()
        async with asyncio.timeout(10):
            await service.began.get()
        assert time.monotonic() - killed < 5
