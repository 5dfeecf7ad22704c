"""An erased person is nowhere, and nobody else has lost anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from botcore.asking.stream import Stream
from botcore.conversation import HistoryEntry, decode_history
from botcore.delivery import keys
from botcore.delivery.base import Commit
from botcore.dispatch.turn import Turn
from botcore.memory.base import Owner
from botcore.types import Address, Message, Person
from botcore.web.redis_sessions import RedisSessions
from tests.people.conftest import Store, say, until

ADA = Person("7340912856", name="Ada Lovelace")
BOB = Person("5518273640", name="Bob Noether")
GROUP = Address("telegram", "-1009988")
ADA_CHAT, BOB_CHAT = Address("telegram", ADA.id), Address("telegram", BOB.id)
ADA_WORD, BOB_WORD = "zebrafinch", "quokka"
OF_ADA = [ADA.id.encode(), b"Lovelace", ADA_WORD.encode()]


async def fill(store: Store) -> None:
    """Both have told the bot everything everywhere, and more of it waits."""
    direct = [say(ADA_CHAT, ADA, ADA_WORD), say(BOB_CHAT, BOB, BOB_WORD)]
    topics = [say(Address("telegram", f"{ADA.id}:5"), ADA, f"{ADA_WORD} in a topic")]
    await store.answered(*direct, *topics)
    await store.answered(say(GROUP, ADA, f"{ADA_WORD} here"))
    await store.answered(say(GROUP, BOB, f"{BOB_WORD} here"))
    await store.answered(say(GROUP, ADA, f"{ADA_WORD} once more"))
    for person, chat, word in ((ADA, ADA_CHAT, ADA_WORD), (BOB, BOB_CHAT, BOB_WORD)):
        await bury(store, say(chat, person, f"{word} that no worker survives"))
    await bury(store, say(GROUP, ADA, f"{ADA_WORD} in the group"))
    for event in (say(ADA_CHAT, ADA, f"{ADA_WORD} waits"), say(GROUP, BOB, f"{BOB_WORD} waits")):
        await store.accept(event)
    await store.accept(say(GROUP, ADA, f"{ADA_WORD} waits too"))


async def bury(store: Store, event: Message) -> None:
    await store.accept(event)
    [claim] = await store.dialogues.inbox.claim(1, 5)
    assert await store.dialogues.inbox.bury(claim, "its worker died 3 times")


def holds(places: dict[bytes, bytes] | dict[str, bytes], words: list[bytes]) -> list[object]:
    return [
        place
        for place, value in places.items()
        if any(word in value or word in _bytes(place) for word in words)
    ]


def _bytes(name: bytes | str) -> bytes:
    return name if isinstance(name, bytes) else name.encode()


async def test_no_key_row_trace_or_file_knows_an_erased_person(store: Store) -> None:
    await fill(store)
    assert len(holds(await store.keys(), OF_ADA)) > 10, "the test must have something to find"
    assert len(holds(store.files(), OF_ADA)) >= 2, "the database and the log of commands"
    assert ADA.id in await store.traces()

    erased = await store.erase("telegram", ADA.id)

    assert holds(await store.keys(), OF_ADA) == []
    assert ADA.id not in await store.traces()
    await store.records.cut_journal()
    assert holds(store.files(), OF_ADA) == []
    assert not erased.remains


async def test_other_peoples_data_is_untouched(store: Store) -> None:
    await fill(store)
    of_bob = [str(BOB_CHAT).encode()]
    before = {
        name: value
        for name, value in (await store.keys()).items()
        if of_bob[0] in name and b":l:" not in name
    }
    letters = len(await store.dialogues.dead_letters.list())

    await store.erase("telegram", ADA.id)

    after = await store.keys()
    assert {name: after.get(name) for name in before} == before
    assert len(await store.dialogues.dead_letters.list()) == letters - 2
    rows = (await store.people.holdings(Owner("telegram", BOB.id))).rows
    assert [row["reason"] for row in rows["handovers"]] == [BOB_WORD]
    assert [timer.person for timer in await store.dialogues.timers.waiting(GROUP)] == [BOB]


async def test_of_a_group_goes_what_the_person_said_and_was_told(store: Store) -> None:
    await fill(store)
    await store.erase("telegram", ADA.id)
    assert [entry.text for entry in await history(store, GROUP)] == [
        f"{BOB_WORD} here",
        f"{BOB.name} said {BOB_WORD} here",
    ]
    async with store.working() as worker:
        await until(lambda: worker.handled == 1)
    assert (await history(store, GROUP))[-2].text == f"{BOB_WORD} waits"


async def history(store: Store, address: Address) -> list[HistoryEntry]:
    return [
        decode_history(line)
        for line in await store.dialogues.commands("LRANGE", keys.history(address), 0, -1)
    ]


async def test_erasing_again_finds_nothing(store: Store) -> None:
    await fill(store)
    assert sum((await store.erase("telegram", ADA.id)).counts.values()) > 10
    again = await store.erase("telegram", ADA.id)
    assert (sum(again.counts.values()), again.again) == (0, 0)


async def test_a_chat_whose_id_is_not_the_persons_is_found(store: Store) -> None:
    """As a direct chat on Discord."""
    room = Address("discord", "190000000000000001")
    await store.answered(say(room, ADA, ADA_WORD), say(Address("discord", "19"), BOB, BOB_WORD))
    await store.erase("discord", ADA.id)
    assert holds(await store.keys(), [*OF_ADA, room.chat.encode()]) == []
    assert await history(store, Address("discord", "19"))


async def test_a_chat_that_is_named_like_a_person_is_of_those_who_wrote_there(store: Store) -> None:
    named = Address("cli", "ada")
    await store.answered(
        say(named, Person("bob"), BOB_WORD), say(Address("cli", "talk"), Person("ada"), ADA_WORD)
    )
    await store.erase("cli", "ada")
    assert (await history(store, named))[0].text == BOB_WORD
    assert await history(store, Address("cli", "talk")) == []


async def test_chats_that_begin_alike_are_told_apart(store: Store) -> None:
    mine, other = Address("openai", "key.ann"), Address("openai", "key.ann:2")
    await store.answered(say(mine, Person("key.ann"), ADA_WORD), say(other, Person("key.ann:2"), BOB_WORD))
    before = {
        name: value
        for name, value in (await store.keys()).items()
        if str(other).encode() in name and b":l:" not in name
    }
    assert any(b":d:" in name for name in before)
    await store.erase("openai", "key.ann")
    after = await store.keys()
    assert {name: after.get(name) for name in before} == before
    assert holds(after, [ADA_WORD.encode()]) == []


async def test_an_erased_visitors_token_is_worth_nothing(store: Store) -> None:
    sessions = RedisSessions(store.dialogues.redis)
    session, token = await sessions.create(name="Ada Lovelace", locale="en")
    other, kept = await sessions.create(name="Bob")
    await store.answered(say(Address("web", session.id), Person(session.id, "Ada Lovelace"), ADA_WORD))
    erased = await store.erase("web", session.id)
    assert erased.counts["web sessions"] == 1
    assert await sessions.find(token) is None
    assert await sessions.find(kept) == other
    assert holds(await store.keys(), [session.id.encode(), *OF_ADA]) == []


async def test_a_turn_in_flight_brings_nothing_back(store: Store) -> None:
    """It is stopped, and whatever it still writes goes too."""
    begun, door = asyncio.Event(), asyncio.Event()

    async def slowly(turn: Turn) -> None:
        async def story() -> AsyncIterator[str]:
            yield f"Once upon a time {turn.text} "
            begun.set()
            await door.wait()
            yield "lived happily."

        await store.keep_all(turn)
        await turn.grow(Stream(story()), str)

    async with store.working(slowly, "telegram"):
        await store.accept(say(ADA_CHAT, ADA, ADA_WORD))
        await begun.wait()
        await store.erase("telegram", ADA.id)
        door.set()
    await store.dialogues.traces.flush()
    assert holds(await store.keys(), OF_ADA) == []


async def test_a_worker_that_comes_late_can_not_commit(store: Store) -> None:
    await store.accept(say(ADA_CHAT, ADA, ADA_WORD))
    [claim] = await store.dialogues.inbox.claim(1, 5)
    await store.erase("telegram", ADA.id)
    entry = HistoryEntry("user", ADA_WORD, 1.0)
    assert not await store.dialogues.inbox.commit(claim, Commit(claim.state, [entry]))
    await store.dialogues.inbox.heartbeat([claim])
    await store.dialogues.inbox.release(claim)
    assert not await store.dialogues.inbox.bury(claim, "late")
    assert holds(await store.keys(), OF_ADA) == []


async def test_who_writes_again_begins_anew(store: Store) -> None:
    await fill(store)
    await store.erase("telegram", ADA.id)
    await store.answered(say(ADA_CHAT, ADA, "hello"))
    assert [entry.text for entry in await history(store, ADA_CHAT)] == ["hello", f"{ADA.name} said hello"]
    assert not await store.dialogues.commands("XLEN", keys.READY) or await history(store, GROUP)


async def test_a_turn_of_others_in_a_shared_chat_is_begun_again_without_the_erased_words(
    store: Store,
) -> None:
    """It was given what the erased person had said, and could write it back."""
    await store.answered(say(GROUP, ADA, ADA_WORD))
    await store.accept(say(GROUP, BOB, BOB_WORD))
    [claim] = await store.dialogues.inbox.claim(1, 5)
    assert claim.history[0].text == ADA_WORD
    await store.erase("telegram", ADA.id)
    assert not await store.dialogues.inbox.commit(claim, Commit(claim.state, claim.history))
    [again] = await store.dialogues.inbox.claim(1, 5)
    assert again.event == claim.event
    assert again.history == ()
    assert await store.dialogues.inbox.commit(again, Commit(again.state, outgoing=()))
    assert holds(await store.keys(), OF_ADA) == []


async def test_what_is_still_to_be_sent_to_others_is_sent(store: Store) -> None:
    """The queue's entry had carried the erased person's answer."""
    await store.answered(say(GROUP, ADA, ADA_WORD))
    await store.answered(say(GROUP, BOB, BOB_WORD))
    await store.erase("telegram", ADA.id)
    [parcel] = await store.dialogues.open_outbox().claim(["telegram"], 10, 5)
    assert parcel.outgoing
    assert parcel.outgoing.reply.text == f"{BOB.name} said {BOB_WORD}"
