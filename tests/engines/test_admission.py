"""What happens to requests while engines are full, and to work in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from botcore.engines.base import Engine
from botcore.engines.connect import connect
from botcore.engines.replicas import RETRIES
from botcore.engines.watch import LOOK_EVERY, Watch
from botcore.errors import EngineRefused, EngineUnavailable
from botcore.testing.fake_engine import FakeEngine, Hang, Repeat, Say, Status, Until
from tests.engines.asking import answer, asking, text_of

Build = Callable[..., Engine]


def page(*, waiting: int, cache_use: float = 0.1) -> str:
    return (
        'vllm:num_requests_running{engine="0"} 64.0\n'
        f'vllm:num_requests_waiting{{engine="0"}} {waiting}.0\n'
        f'vllm:kv_cache_usage_perc{{engine="0"}} {cache_use}\n'
    )


@pytest.fixture
async def servers() -> AsyncIterator[list[FakeEngine]]:
    async with FakeEngine(lambda messages: "0") as first, FakeEngine(lambda messages: "1") as second:
        yield [first, second]


@pytest.fixture
async def build(servers: list[FakeEngine]) -> AsyncIterator[Build]:
    engines: list[Engine] = []

    def engine(count: int = 2, **options: object) -> Engine:
        built = connect([server.url for server in servers[:count]], max_waiting=8, **options)  # type: ignore[arg-type]
        assert built is not None
        engines.append(built)
        return built

    yield engine
    for built in engines:
        await built.aclose()


async def looked(engine: Engine) -> None:
    """Every server has been asked how busy it is."""
    for watch in engine._watches:  # type: ignore[attr-defined]
        looking = watch.look()
        if looking:
            await looking


async def test_a_full_replica_passes_its_conversations_on(build: Build, servers: list[FakeEngine]) -> None:
    own = int(await text_of(build(), asking(affinity="web:1")))
    servers[own].metrics = page(waiting=8)
    engine = build()
    assert int(await text_of(engine, asking(affinity="web:1"))) == own, "nothing is known yet"
    await looked(engine)
    assert int(await text_of(engine, asking(affinity="web:1"))) == 1 - own


async def test_where_all_are_full_a_request_is_refused_with_how_many_wait(
    build: Build, servers: list[FakeEngine]
) -> None:
    engine = build(queue_seconds=0.3)
    for server in servers:
        server.metrics = page(waiting=20)
    await looked(engine)
    asked = sum(len(server.requests) for server in servers)
    with pytest.raises(EngineUnavailable, match=r"All 2 engines are full: 20, 20 requests wait.*max_waiting"):
        await answer(engine)
    assert sum(len(server.requests) for server in servers) == asked


@pytest.mark.parametrize("count", [1, 2])
async def test_a_request_waits_until_there_is_room(
    build: Build, servers: list[FakeEngine], count: int
) -> None:
    engine = build(count, queue_seconds=60)
    for server in servers[:count]:
        server.metrics = page(waiting=20)
    await looked(engine)
    waiting = asyncio.create_task(text_of(engine))
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done()
    servers[0].metrics = page(waiting=0)
    assert await waiting == "0"


async def test_waiting_requests_and_a_full_cache_are_full_and_a_full_cache_alone_is_not(
    build: Build, servers: list[FakeEngine]
) -> None:
    engine = build(1, queue_seconds=0.1)
    servers[0].metrics = page(waiting=0, cache_use=1.0)
    await looked(engine)
    await answer(engine)
    other = build(1, queue_seconds=0.1)
    servers[0].metrics = page(waiting=1, cache_use=0.99)
    await looked(other)
    with pytest.raises(EngineUnavailable, match="The engine is full: "):
        await answer(other)


async def test_a_server_is_looked_at_only_while_it_is_used_and_seldom(servers: list[FakeEngine]) -> None:
    servers[0].metrics = page(waiting=0)
    plain = connect([servers[0].url])
    assert plain is not None
    now = 100.0
    watch = Watch(plain, max_waiting=8, clock=lambda: now)
    for _ in range(50):
        watch.sent()
        await asyncio.sleep(0)
    looking = watch.look()
    if looking:
        await looking
    assert servers[0].metrics_read == 1
    watch.sent()
    assert watch.look() is None
    now += LOOK_EVERY
    watch.sent()
    looking = watch.look()
    assert looking is not None
    await looking
    assert servers[0].metrics_read == 2
    await watch.aclose()
    await plain.aclose()


async def test_a_server_that_tells_nothing_is_never_full(build: Build, servers: list[FakeEngine]) -> None:
    engine = build(1)
    for _ in range(20):
        await answer(engine)
    assert servers[0].metrics_read == 1


async def test_work_in_the_background_leaves_room_for_people(build: Build, servers: list[FakeEngine]) -> None:
    engine = build(1, background=2)
    onward = asyncio.Event()
    for _ in range(2):
        servers[0].script(Until(onward), Say("a"))
    behind = [asyncio.create_task(text_of(engine, asking(priority=10))) for _ in range(5)]
    await servers[0].request(1)
    assert await text_of(engine, asking(priority=0)) == "0"
    assert len(servers[0].requests) == 3
    onward.set()
    assert await asyncio.gather(*behind) == ["a", "a", "0", "0", "0"]


async def test_a_reader_that_goes_away_leaves_its_place_to_the_next(
    build: Build, servers: list[FakeEngine]
) -> None:
    engine = build(1, background=1)
    servers[0].script(Repeat("on "))
    stream = engine.stream(asking(priority=1))
    await anext(stream)
    await stream.aclose()
    assert await text_of(engine, asking(priority=1)) == "0"


# Hedging


async def test_the_second_replica_answers_where_the_first_is_slow_to_begin(
    build: Build, servers: list[FakeEngine]
) -> None:
    own = int(await text_of(build(), asking(affinity="web:1")))
    servers[own].script(Hang())
    began = time.monotonic()
    assert await text_of(build(hedge_seconds=0.1), asking(affinity="web:1")) == str(1 - own)
    assert time.monotonic() - began < 10
    async with asyncio.timeout(5):
        await servers[own].requests[-1].disconnected.wait()


async def test_a_replica_that_begins_in_time_is_asked_alone(build: Build, servers: list[FakeEngine]) -> None:
    engine = build(hedge_seconds=30)
    for _ in range(3):
        await answer(engine, asking(affinity="web:1"))
    assert sorted(len(server.requests) for server in servers) == [0, 3]


async def test_without_the_setting_nobody_is_asked_twice(build: Build, servers: list[FakeEngine]) -> None:
    engine = build()
    own = int(await text_of(engine, asking(affinity="web:1")))
    onward = asyncio.Event()
    servers[own].script(Until(onward), Say("late"))
    asked = asyncio.create_task(text_of(engine, asking(affinity="web:1")))
    await asyncio.wait([asked], timeout=0.3)
    onward.set()
    assert await asked == "late"
    assert len(servers[1 - own].requests) == 0


async def test_hedging_goes_on_after_failures_and_tells_a_no_at_once(
    build: Build, servers: list[FakeEngine]
) -> None:
    engine = build(hedge_seconds=30)
    own = int(await text_of(engine, asking(affinity="web:1")))
    servers[own].script(Status(503, "queue is full"))
    assert await text_of(engine, asking(affinity="web:1")) == str(1 - own)
    servers[own].script(Status(400, "temperature must be at most 2"))
    with pytest.raises(EngineRefused, match="temperature"):
        await answer(engine, asking(affinity="web:1"))
    for server in servers:
        server.script(Status(503, "queue is full"))
    asked = sum(len(server.requests) for server in servers)
    with pytest.raises(EngineUnavailable, match="None of the 2 engines"):
        await answer(engine, asking(affinity="web:1"))
    assert sum(len(server.requests) for server in servers) - asked <= 1 + RETRIES


async def test_a_hedged_answer_that_is_closed_ends_on_the_server(
    build: Build, servers: list[FakeEngine]
) -> None:
    engine = build(hedge_seconds=0.05)
    for server in servers:
        server.script(Repeat("on "))
    stream = engine.stream(asking())
    await anext(stream)
    await stream.aclose()
    async with asyncio.timeout(5):
        for server in servers:
            for request in server.requests:
                await request.disconnected.wait()
