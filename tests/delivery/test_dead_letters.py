"""What becomes of events that no worker can handle."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog
from redis.asyncio import Redis

from botcore.cli.main import run
from botcore.conversation import ConversationState
from botcore.delivery import keys
from botcore.delivery.base import Commit, DeadLetter, Tally
from botcore.delivery.dead_letters import RedisDeadLetters
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox
from botcore.dispatch.worker import Worker
from botcore.errors import MailboxFull
from botcore.stores.commands import Commands
from botcore.stores.connection import connect
from botcore.types import Address
from tests.delivery.conftest import ADDRESS, Delivery, Open, message, outgoing


async def bury(delivery: Delivery, text: str, *, reference: str = "", chat: str = "a") -> None:
    await delivery.inbox.accept(message(text, address=Address("web", chat)))
    [claim] = await delivery.inbox.claim(1, 2.0)
    sorry = outgoing("sorry", f"{claim.address}:{claim.version}:0", claim.address)
    assert await delivery.inbox.bury(claim, "it fails", reference=reference, outgoing=[sorry])
    assert await delivery.inbox.bury(claim, "it fails", reference=reference, outgoing=[sorry])


def texts(letters: Sequence[DeadLetter]) -> list[str]:
    return [getattr(letter.event, "text", "") for letter in letters]


async def test_what_was_given_up_is_listed_oldest_first(delivery: Delivery) -> None:
    assert await delivery.dead_letters.list() == []
    for text in ("one", "two", "three"):
        await bury(delivery, text, chat=text)
    letters = await delivery.dead_letters.list()
    assert texts(letters) == ["one", "two", "three"]
    assert texts(await delivery.dead_letters.list(1, letters[0].id)) == ["two"]
    assert (letters[0].reason, letters[0].address) == ("it fails", Address("web", "one"))
    assert await delivery.dead_letters.tally() == Tally(kept=3, buried=3, displaced=0)


async def test_one_is_found_by_its_id_and_by_its_reference(delivery: Delivery) -> None:
    await bury(delivery, "one", reference="abc")
    await bury(delivery, "two", reference="def")
    [first, second] = await delivery.dead_letters.list()
    assert await delivery.dead_letters.show(first.id) == first
    assert await delivery.dead_letters.show("def") == second
    for unknown in ("", "nothing", "0-1", "99999999999999999-0"):
        assert await delivery.dead_letters.show(unknown) is None


async def test_a_retried_one_has_its_turn_after_what_waits_already(delivery: Delivery) -> None:
    await bury(delivery, "poison")
    await delivery.inbox.accept(message("fine"))
    [letter] = await delivery.dead_letters.list()
    assert await delivery.dead_letters.retry(letter)
    assert not await delivery.dead_letters.retry(letter)
    heard = []
    for _ in range(2):
        [claim] = await delivery.inbox.claim(1, 2.0)
        heard.append(getattr(claim.event, "text", ""))
        assert claim.tries == 1
        await delivery.inbox.commit(claim, Commit(ConversationState()))
    assert heard == ["fine", "poison"]
    assert await delivery.dead_letters.tally() == Tally(kept=0, buried=1, displaced=0)


async def test_a_full_mailbox_keeps_the_letter(delivery: Delivery) -> None:
    await bury(delivery, "poison")
    for text in "abc":
        await delivery.inbox.accept(message(text))
    [letter] = await delivery.dead_letters.list()
    with pytest.raises(MailboxFull):
        await delivery.dead_letters.retry(letter)
    assert await delivery.dead_letters.list() == [letter]


async def test_a_dropped_one_is_gone(delivery: Delivery) -> None:
    await bury(delivery, "poison")
    [letter] = await delivery.dead_letters.list()
    assert await delivery.dead_letters.drop(letter)
    assert not await delivery.dead_letters.drop(letter)
    assert await delivery.inbox.claim(1, 0.02) == []


async def test_the_person_is_told_once_and_the_next_message_has_other_keys(delivery: Delivery) -> None:
    await bury(delivery, "poison")
    [parcel] = await delivery.outbox.claim(["web"], 10, 2.0)
    assert parcel.outgoing is not None
    assert parcel.outgoing.reply.text == "sorry"
    await delivery.outbox.done(parcel)
    assert await delivery.outbox.claim(["web"], 10, 0.02) == []
    await delivery.inbox.accept(message("fine"))
    [claim] = await delivery.inbox.claim(1, 2.0)
    assert claim.version == 1


async def test_the_oldest_make_room_and_are_counted(redis: Redis) -> None:
    commands = Commands(redis)
    inbox = RedisInbox(commands, Queue(redis, commands), Bounds(dead_letters=2))
    for text in ("one", "two", "three"):
        await inbox.accept(message(text))
        [claim] = await inbox.claim(1, 2.0)
        await inbox.bury(claim, "it fails")
    letters = RedisDeadLetters(commands, mailbox_limit=3)
    assert texts(await letters.list()) == ["two", "three"]
    assert await letters.tally() == Tally(kept=2, buried=3, displaced=1)


async def test_an_unreadable_one_is_listed_and_may_be_tried_again(open_delivery: Open, redis: Redis) -> None:
    delivery = await open_delivery()
    await redis.rpush(keys.mailbox(ADDRESS), b"\xc1 no message")
    await redis.xadd(keys.READY, {"c": str(ADDRESS)})
    [claim] = await delivery.inbox.claim(1, 1.0)
    await delivery.inbox.bury(claim, claim.fault)
    [letter] = await delivery.dead_letters.list()
    assert (letter.event, letter.address) == (None, ADDRESS)
    assert await delivery.dead_letters.retry(letter)
    [claim] = await delivery.inbox.claim(1, 1.0)
    assert "can't be read" in claim.fault


async def test_a_message_whose_worker_died_three_times_ends_with_one_apology(open_delivery: Open) -> None:
    await (await open_delivery()).inbox.accept(message("poison"))
    await (await open_delivery()).inbox.accept(message("fine"))
    for tries in (1, 2, 3):
        dying = await open_delivery()
        async with asyncio.timeout(5):
            while not (claims := await dying.inbox.claim(1, 0.1)):
                pass
        assert claims[0].tries == tries
    alive, handled = await open_delivery(), asyncio.Event()

    async def handle(turn) -> None:  # type: ignore[no-untyped-def]
        assert turn.text == "fine"
        handled.set()

    worker = Worker(alive.inbox, alive.live, handle, wait=0.05)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        await handled.wait()
    await worker.stop()
    await running
    [letter] = await alive.dead_letters.list()
    assert (texts([letter]), letter.reason) == (["poison"], "its worker died 3 times")
    said = []
    while parcels := await alive.outbox.claim(["web"], 1, 0.05):
        assert parcels[0].outgoing is not None
        said.append(parcels[0].outgoing)
        await alive.outbox.done(parcels[0])
    assert [letter.reference in one.reply.text for one in said] == [True, False]
    assert said[0].in_reply_to == letter.event.id  # type: ignore[union-attr]
    assert worker.buried == 1


@pytest.fixture
def buried(valkey_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadLetter]:
    """The command's server holds one dead letter."""
    url = f"unix://{valkey_socket}"
    monkeypatch.setenv("BOTCORE_REDIS__URL", url)
    monkeypatch.setenv("BOTCORE_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    async def seed() -> DeadLetter:
        async with connect(url) as redis:
            await redis.flushall()
            commands = Commands(redis)
            inbox = RedisInbox(commands, Queue(redis, commands), Bounds())
            await inbox.accept(message("what is [bold]poison[/bold]?"))
            [claim] = await inbox.claim(1, 2.0)
            await inbox.bury(claim, "its worker died 3 times", reference="abcdef")
            return (await RedisDeadLetters(commands, mailbox_limit=3).list())[0]

    handlers = logging.root.handlers[:]
    yield asyncio.run(seed())
    structlog.reset_defaults()  # the command set up logs of its own
    logging.root.handlers[:] = handlers


def test_the_command_lists_and_shows(buried: DeadLetter, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deadletters", "list"]) == 0
    listed = capsys.readouterr().out
    assert buried.id in listed
    assert "1 kept" in listed
    assert run(["deadletters", "list", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert (table["kept"], table["dead_letters"][0]["reference"]) == (1, "abcdef")
    assert run(["deadletters", "show", "abcdef"]) == 0
    assert "what is [bold]poison[/bold]?" in capsys.readouterr().out
    assert run(["deadletters", "show", "1-1"]) == 1
    assert "1-1" in capsys.readouterr().err


def test_the_command_retries_and_drops(buried: DeadLetter, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deadletters", "retry"]) == 2
    assert run(["deadletters", "retry", "abcdef"]) == 0
    assert run(["deadletters", "drop", "abcdef"]) == 1
    capsys.readouterr()
    assert run(["deadletters", "drop", "--all", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"dropped": [], "failed": {}}
    assert run(["deadletters", "list"]) == 0
    assert "No dead letter is left." in capsys.readouterr().out
