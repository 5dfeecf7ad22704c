"""What is stored is not what it should be, or the server takes no more: nothing is lost, and somebody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
import structlog
from redis.asyncio import Redis

from botcore.app.app import App, open_app
from botcore.app.site import _Readiness
from botcore.config import Settings
from botcore.config.settings import RedisSettings
from botcore.conversation import ConversationState, encode
from botcore.delivery import keys
from botcore.delivery.base import Commit
from botcore.delivery.memory import MemoryLive
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.errors import StoreFull, StoreUnavailable
from botcore.types import Address, Outgoing, Reply
from tests.delivery.conftest import ADDRESS, Open, message, outgoing
from tests.faults.server import Server

PATIENCE = 20.0


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with Server(tmp_path_factory.mktemp("b") / "s", "everysec") as server:
        yield server


@pytest.fixture
async def app(server: Server, tmp_path: Path) -> AsyncIterator[App]:
    """A gateway on that server."""
    settings = Settings(data_dir=tmp_path / "data", redis=RedisSettings(url=server.url))
    async with open_app(settings, worker=False) as app:
        yield app


async def fill_memory(server: Server, redis: Redis, *, full: bool) -> None:
    await redis.config_set("maxmemory", 1 if full else 0)


async def fill_disk(server: Server, redis: Redis, *, full: bool) -> None:
    server.limit_file(1 if full else -1)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("fill", "remedy"), [(fill_memory, "raise its maxmemory"), (fill_disk, "free space there")]
)
async def test_a_full_server_refuses_the_intake_keeps_the_dialogue_and_recovers(
    app: App, server: Server, fill, remedy: str
) -> None:
    handled: list[str] = []
    sent: list[Outgoing] = []
    go = asyncio.Event()
    look = _Readiness(app)

    async def handle(turn: Turn) -> None:
        handled.append(getattr(turn.event, "text", ""))
        await go.wait()
        turn.say(Reply(f"heard after {len(turn.claim.history)}"))

    async def send(one: Outgoing) -> None:
        sent.append(one)

    app.channels["web"].send = send  # type: ignore[method-assign]  # what the visitor sees, without a stream
    app.senders[0]._channels["web"] = send
    worker = Worker(app.dialogues.inbox, MemoryLive(), handle)
    running = asyncio.create_task(worker.run())
    await app.intake(message("one"))
    await until(lambda: handled)
    with structlog.testing.capture_logs() as said:
        await fill(server, app.dialogues.redis, full=True)
        refused = None
        async with asyncio.timeout(PATIENCE):
            while refused is None:
                try:
                    await app.intake(message("too much"))
                    await asyncio.sleep(0.1)
                except StoreFull as error:
                    refused = error
        assert remedy in str(refused)
        readiness = await look()
        assert not readiness.takes_messages
        assert remedy in readiness.parts["state"]
        go.set()
        await until(lambda: any("can't say that this process" in line["event"] for line in said))
        await asyncio.sleep(0.5)  # commits are tried, and refused
        assert not sent
        await fill(server, app.dialogues.redis, full=False)
        await until(lambda: sent)
        await app.intake(message("two"))
        await until(lambda: len(sent) >= 2)
    assert handled.count("one") == 1
    assert (await look()).takes_messages
    complaints = [line["event"] for line in said if line["log_level"] == "warning"]
    assert len(complaints) == len(set(complaints)) > 0
    await worker.stop()
    await running


async def test_a_newer_botcores_state_is_refused_with_a_reason_and_kept(
    open_delivery: Open, redis: Redis
) -> None:
    delivery = await open_delivery()
    newer = msgspec.msgpack.encode({"schema": 99, "language": "fr", "mood": "sunny"})
    await redis.hset(keys.state(ADDRESS), "data", newer)
    await delivery.inbox.accept(message("hello", id="1"))
    [claim] = await delivery.inbox.claim(1, 1.0)
    assert claim.event is None
    assert "update botcore" in claim.fault
    assert await delivery.inbox.bury(claim, claim.fault, outgoing=[outgoing("sorry", "k")])
    assert await redis.hget(keys.state(ADDRESS), "data") == newer
    [letter] = await delivery.dead_letters.list()
    assert letter.event
    assert letter.event.id == "1"
    await redis.hset(keys.state(ADDRESS), "data", encode(ConversationState()))  # as the update migrates it
    assert await delivery.dead_letters.retry(letter)
    [again] = await delivery.inbox.claim(1, 1.0)
    assert again.event
    assert again.event.id == "1"


async def test_a_corrupt_outgoing_message_becomes_a_dead_letter(open_delivery: Open, redis: Redis) -> None:
    delivery = await open_delivery()
    await delivery.inbox.accept(message("hello"))
    [claim] = await delivery.inbox.claim(1, 1.0)
    await delivery.inbox.commit(
        claim, Commit(ConversationState(), [], [outgoing("one", "k1"), outgoing("two", "k2")])
    )
    await redis.lset(keys.outbox(ADDRESS), 0, b"\xc1")
    await redis.delete(keys.out("web"))
    await redis.xadd(keys.out("web"), {"c": str(ADDRESS)})
    [broken] = await delivery.outbox.claim(["web"], 1, 1.0)
    assert broken.outgoing is None
    await delivery.outbox.done(broken)
    [letter] = await delivery.dead_letters.list()
    assert (letter.reason, letter.event) == ("an outgoing message can't be read", None)
    [following] = await delivery.outbox.claim(["web"], 1, 1.0)
    assert following.outgoing
    assert following.outgoing.key == "k2"


@pytest.mark.parametrize("place", [keys.state, keys.mailbox, keys.history, keys.timers, keys.outbox])
async def test_a_key_of_another_program_is_set_aside_and_the_conversation_goes_on(
    open_delivery: Open, redis: Redis, place: Callable[[Address], str]
) -> None:
    delivery = await open_delivery()
    other = Address("web", "other")
    await redis.set(place(ADDRESS), "not yours")
    for address in (ADDRESS, other):
        await delivery.inbox.accept(message("hello", address=address))
    claims = []
    async with asyncio.timeout(PATIENCE):
        while len(claims) < 2:
            claims += await delivery.inbox.claim(2, 0.1)
    for claim in claims:
        assert await delivery.inbox.commit(
            claim, Commit(ConversationState(), [], [outgoing("hi", "k", claim.address)])
        )
    [renamed] = await redis.keys(f"{keys.FOREIGN}:*")
    assert await redis.get(renamed) == b"not yours"


async def test_readiness_names_keys_of_another_program(app: App) -> None:
    redis, look = app.dialogues.redis, _Readiness(app)
    await redis.set(keys.mailbox(ADDRESS), "not yours")
    await app.intake(message("hello"))
    said = await look()
    assert said.takes_messages
    assert "HGETALL" in said.parts["state"]
    await redis.delete(keys.READY)
    await redis.set(keys.READY, "not yours either")
    said = await look()
    assert not said.takes_messages
    assert keys.READY in said.parts["state"]
    with pytest.raises(StoreUnavailable):
        await app.intake(message("hello", address=Address("web", "b")))


async def test_an_entry_that_is_not_ours_holds_nobody_up(open_delivery: Open, redis: Redis) -> None:
    delivery = await open_delivery()
    await redis.xadd(keys.READY, {"job": "of another program"})
    await delivery.inbox.accept(message("hello"))
    assert len(await delivery.inbox.claim(5, 1.0)) == 1
    assert await redis.xlen(keys.READY) == 1
