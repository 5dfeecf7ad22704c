"""Several engines as one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from botcore.engines.breaker import PAUSE
from botcore.engines.deadlines import Deadlines
from botcore.engines.replicas import RETRY_WITHIN, ReplicatedEngine
from botcore.engines.vllm import VllmEngine
from botcore.errors import EngineRefused, EngineTimeout, EngineUnavailable
from botcore.testing.fake_engine import FakeEngine, Hang, Reset, Say, Status
from tests.engines.asking import answer, asking, broken_answer, text_of


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Fleet:
    """Four servers that say their own number, and one engine for all."""

    def __init__(self, servers: list[FakeEngine], deadlines: Deadlines) -> None:
        self.time = Time()
        self.servers = servers
        engines = {
            f"replica-{n}": VllmEngine(server.url, deadlines=deadlines) for n, server in enumerate(servers)
        }
        self.engine = ReplicatedEngine(engines, clock=self.time)

    async def of(self, conversation: str) -> int:
        """The replica that answers a conversation."""
        return int(await text_of(self.engine, asking(affinity=conversation)))

    @property
    def asked(self) -> int:
        return sum(len(server.requests) for server in self.servers)


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(FakeEngine(lambda messages, n=n: str(n)))  # type: ignore[misc]
            for n in range(4)
        ]
        fleet = Fleet(servers, Deadlines(first_token=0.2, between_chunks=0.2))
        yield fleet
        await fleet.engine.aclose()


CONVERSATIONS = [f"web:{n}" for n in range(60)]


async def test_a_conversation_keeps_to_its_replica_and_all_replicas_get_some(fleet: Fleet) -> None:
    first = [await fleet.of(conversation) for conversation in CONVERSATIONS]
    assert [await fleet.of(conversation) for conversation in CONVERSATIONS] == first
    assert min(Counter(first)[n] for n in range(4)) >= 6


async def test_a_replica_that_goes_away_moves_only_its_own_conversations(fleet: Fleet) -> None:
    before = {conversation: await fleet.of(conversation) for conversation in CONVERSATIONS}
    await fleet.servers[2].stop()
    after = {conversation: await fleet.of(conversation) for conversation in CONVERSATIONS}
    assert {key for key in CONVERSATIONS if before[key] != after[key]} == {
        key for key, n in before.items() if n == 2
    }
    assert 2 not in after.values()


@pytest.mark.parametrize(
    "fault", [Status(503, "queue is full"), Status(500, "cannot schedule new futures"), Hang(), Reset()]
)
async def test_a_failure_before_the_first_piece_is_not_seen(
    fleet: Fleet, fault: Status | Hang | Reset
) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(fault)
    assert await fleet.of("web:1") != own
    assert fleet.asked == 3


async def test_a_failure_after_the_first_piece_is_told_and_never_repeated(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Say("Hel"), Hang())
    text, error = await broken_answer(fleet.engine, asking(affinity="web:1"))
    assert text == "Hel"
    assert isinstance(error, EngineTimeout)
    assert fleet.asked == 2


async def test_a_no_is_not_asked_again_elsewhere(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Status(400, "temperature must be at most 2"))
    with pytest.raises(EngineRefused):
        await fleet.of("web:1")
    assert fleet.asked == 2


async def test_at_most_two_tries_follow_the_first(fleet: Fleet) -> None:
    for server in fleet.servers:
        server.script(Status(503, "queue is full"))
    with pytest.raises(EngineUnavailable, match=r"None of the 4 engines .*queue is full"):
        await fleet.of("web:1")
    assert fleet.asked == 3


async def test_no_try_begins_when_much_time_has_passed(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Hang())
    asked = asyncio.create_task(fleet.of("web:1"))
    await fleet.servers[own].request(1)
    fleet.time.now += RETRY_WITHIN + 1
    with pytest.raises(EngineUnavailable):
        await asked
    assert fleet.asked == 2


async def test_a_replica_that_hung_is_left_alone_until_it_is_back(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Hang())
    await fleet.of("web:1")
    assert await fleet.of("web:1") != own
    assert len(fleet.servers[own].requests) == 2
    fleet.time.now += PAUSE
    assert await fleet.of("web:1") == own


async def test_a_replica_that_is_still_away_costs_no_request(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Hang())
    await fleet.of("web:1")
    await fleet.servers[own].stop()
    fleet.time.now += PAUSE
    assert await fleet.of("web:1") != own
    await fleet.servers[own].start()
    fleet.time.now += PAUSE
    assert await fleet.of("web:1") != own, "the failed probe doubled the pause"
    fleet.time.now += PAUSE
    assert await fleet.of("web:1") == own


async def test_when_all_are_down_the_error_says_why_and_later_all_is_well(fleet: Fleet) -> None:
    for server in fleet.servers:
        await server.stop()
    for conversation in CONVERSATIONS[:20]:
        with pytest.raises(
            EngineUnavailable, match=r"None of the 4 engines takes requests now\. No engine answers at"
        ):
            await fleet.of(conversation)
    for server in fleet.servers:
        await server.start()
    fleet.time.now += 61
    assert [await fleet.of(conversation) for conversation in CONVERSATIONS]


async def test_a_reader_that_goes_away_during_a_probe_does_not_lock_the_replica_out(fleet: Fleet) -> None:
    own = await fleet.of("web:1")
    fleet.servers[own].script(Hang())
    await fleet.of("web:1")
    fleet.time.now += PAUSE
    fleet.servers[own].script(Hang())
    probe = asyncio.create_task(fleet.of("web:1"))
    await fleet.servers[own].request(2)
    probe.cancel()
    await asyncio.wait([probe])
    assert await fleet.of("web:1") == own


async def test_health_is_well_while_one_replica_answers(fleet: Fleet) -> None:
    for server in fleet.servers[1:]:
        await server.stop()
    assert await fleet.engine.health() == ""
    assert [bool(problem) for problem in (await fleet.engine.replica_health()).values()] == [
        False,
        True,
        True,
        True,
    ]
    await fleet.servers[0].stop()
    assert (await fleet.engine.health()).count("No engine answers") == 4


async def test_requests_of_no_conversation_are_spread(fleet: Fleet) -> None:
    texts = [(await answer(fleet.engine))[0].text for _ in range(60)]
    assert min(Counter(texts)[str(n)] for n in range(4)) >= 3
