"""What every memory of people promises; above all that nobody sees another's notes."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from botcore.delivery.keys import PREFIX
from botcore.memory.base import NOTES, Note, Notes, Owner, PersonMemory
from botcore.memory.local import LocalMemory
from botcore.memory.redis import RedisMemory
from botcore.stores.commands import Commands

ADA, BOB = Owner("web", "ada"), Owner("web", "bob")
Open = Callable[[], PersonMemory]


@pytest.fixture(params=["local", "redis"])
async def memory(request: pytest.FixtureRequest, redis: Redis) -> PersonMemory:
    return LocalMemory() if request.param == "local" else RedisMemory(Commands(redis), keep_seconds=1000)


async def test_what_is_kept_is_there_until_it_is_forgotten(memory: PersonMemory) -> None:
    assert await memory.keep(ADA, Note("name", "Ada", 1.0))
    assert await memory.keep(ADA, Note("diet", "no meat", 2.0))
    assert await memory.all(ADA) == [Note("name", "Ada", 1.0), Note("diet", "no meat", 2.0)]
    assert await memory.forget(ADA, "name") == 1
    assert await memory.forget(ADA, "name") == 0
    assert await memory.all(ADA) == [Note("diet", "no meat", 2.0)]
    assert await memory.forget(ADA) == 1
    assert await memory.all(ADA) == []


async def test_a_note_of_the_same_name_takes_the_place_of_the_earlier_one(memory: PersonMemory) -> None:
    for text in ("Ada", "Ada Lovelace"):
        await memory.keep(ADA, Note("name", text, 1.0))
    assert [note.text for note in await memory.all(ADA)] == ["Ada Lovelace"]


async def test_nobody_has_more_than_a_hundred_notes(memory: PersonMemory) -> None:
    for number in range(NOTES):
        assert await memory.keep(ADA, Note(str(number), "x", float(number)))
    assert not await memory.keep(ADA, Note("one more", "x", 200.0))
    assert await memory.keep(ADA, Note("7", "changed", 200.0))
    assert await memory.keep(BOB, Note("one more", "x", 200.0))
    assert len(await memory.all(ADA)) == NOTES


async def test_notes_are_cut_and_cleaned_rather_than_refused(memory: PersonMemory) -> None:
    notes = Notes(memory, ADA)
    assert await notes.keep("n" * 100, "a\0b\ud800" + "x" * 10_000)
    [note] = await notes.all()
    assert len(note.name) == 64
    assert note.text.startswith("ab\ufffdx")
    assert len(note.text) == 500
    assert await notes.get(note.name) == note.text
    assert await notes.get("nothing") == ""


_people = st.sampled_from(
    [Owner("web", "a"), Owner("web", "b"), Owner("web", "a:b"), Owner("telegram", "a"), Owner("web", "")]
)
_names = st.sampled_from(["name", "diet", "a:b"])
_steps = st.lists(
    st.tuples(st.sampled_from(["keep", "forget", "forget all"]), _people, _names, st.text(max_size=5)),
    max_size=30,
)


@settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=_steps)
async def test_whatever_people_tell_the_bot_each_has_their_own_notes(
    memory: PersonMemory, steps: list[tuple[str, Owner, str, str]]
) -> None:
    run = secrets.token_hex(4)
    expected: dict[Owner, dict[str, str]] = {}
    for action, somebody, name, text in steps:
        owner = Owner(somebody.channel, f"{somebody.person}{run}")
        theirs = expected.setdefault(owner, {})
        if action == "keep":
            await memory.keep(owner, Note(name, text))
            theirs[name] = text
        elif action == "forget":
            assert await memory.forget(owner, name) == (1 if theirs.pop(name, None) is not None else 0)
        else:
            assert await memory.forget(owner) == len(theirs)
            theirs.clear()
        for person, notes in expected.items():
            assert {note.name: note.text for note in await memory.all(person)} == notes


async def test_a_note_that_cannot_be_read_leaves_the_others(redis: Redis) -> None:
    memory = RedisMemory(Commands(redis), keep_seconds=1000)
    await memory.keep(ADA, Note("name", "Ada"))
    await redis.hset(f"{PREFIX}u:web:ada", "broken", b"\xff\xff")
    assert await memory.all(ADA) == [Note("name", "Ada")]


async def test_notes_expire_when_they_have_not_been_used_for_long(redis: Redis) -> None:
    memory = RedisMemory(Commands(redis), keep_seconds=1000)
    await memory.keep(ADA, Note("name", "Ada"))
    await redis.expire(f"{PREFIX}u:web:ada", 10)
    await memory.all(ADA)
    assert await redis.ttl(f"{PREFIX}u:web:ada") > 900
