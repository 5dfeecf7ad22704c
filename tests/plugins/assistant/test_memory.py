"""What the bot remembers of a person, and how the person sees and deletes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.engines.connect import connect
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from botcore.testing import TestBot
from botcore.testing.fake_engine import FakeEngine

[loaded] = load_plugins(["assistant"], plugin_folders())


@pytest.fixture
async def bot() -> AsyncIterator[TestBot]:
    async with TestBot(loaded.plugin) as bot:
        yield bot


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Remember that I don't eat meat.", "I don't eat meat."),
        ("please remember: my bike is a blue Kona", "my bike is a blue Kona"),
        ("/remember I live in Graz", "I live in Graz"),
        ("Merk dir, dass ich kein Fleisch esse", "ich kein Fleisch esse"),
        ("Recuerda que no como carne", "no como carne"),
        ("Retiens que je ne mange pas de viande", "je ne mange pas de viande"),
        ("请记住，我不吃肉", "我不吃肉"),
        ("私は肉を食べないと覚えておいてください", "私は肉を食べない"),
    ],
)
async def test_what_a_person_asks_to_remember_is_shown_by_memory(bot: TestBot, said: str, kept: str) -> None:
    assert kept in await bot.say(said)
    assert f"1. {kept}" in await bot.say("/memory", chat="another chat")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("My name is Ada", "Ada"),
        ("Hello, my name is Ada Lovelace!", "Ada Lovelace"),
        ("Ich heiße Jürgen", "Jürgen"),
        ("Me llamo Inés", "Inés"),
        ("Je m'appelle Zoé", "Zoé"),
        ("我叫小明", "小明"),
        ("私の名前は健太です", "健太"),
    ],
)
async def test_a_person_is_greeted_by_their_name(bot: TestBot, said: str, name: str) -> None:
    assert name in await bot.say(said)
    assert name in await bot.say("hello", chat="tomorrow")
    assert name not in await bot.say("hello", chat="tomorrow", person="somebody else")


@pytest.mark.parametrize(
    "said", ["my name is spelt wrong on the bill", "remember me?", "我叫不到车", "do you remember?"]
)
async def test_what_only_looks_like_it_is_not_remembered(bot: TestBot, said: str) -> None:
    await bot.say(said)
    assert "nothing of you yet" in await bot.say("/memory", chat="en")


async def test_nobody_sees_what_another_asked_to_remember(bot: TestBot) -> None:
    await bot.say("remember that my door code is 4711", person="ada")
    assert "4711" not in await bot.say("/memory", person="bob")
    assert "4711" in await bot.say("/memory", person="ada")


async def test_one_note_is_forgotten_by_its_number_in_the_list(bot: TestBot) -> None:
    for note in ("first", "second", "third"):
        await bot.say(f"/remember the {note}")
    listed = await bot.say("/memory")
    assert listed.index("1. the first") < listed.index("3. the third")
    assert "the second" in await bot.say("/forget 2")
    assert "the second" not in await bot.say("/memory")


async def test_a_number_counts_in_the_list_that_the_person_saw(bot: TestBot) -> None:
    for note in ("first", "second", "third"):
        await bot.say(f"/remember the {note}")
    await bot.say("/memory")
    await bot.say("/forget 1")
    assert "the second" in await bot.say("/forget 2")


@pytest.mark.parametrize("args", ["", "99", "0", "the moon", "２"])
async def test_forget_without_a_number_that_is_in_the_list_shows_the_list(bot: TestBot, args: str) -> None:
    await bot.say("/remember the first")
    answer = await bot.say(f"/forget {args}")
    assert "1. the first" in answer
    assert answer.buttons == ["/forget all"]


async def test_forget_all_leaves_nothing(bot: TestBot) -> None:
    await bot.say("/remember the first")
    await bot.say("My name is Ada")
    await bot.say("/forget all")
    assert "nothing of you yet" in await bot.say("/memory")


async def test_reset_forgets_the_conversation_and_not_the_person(bot: TestBot) -> None:
    await bot.say("/remember the first")
    await bot.say("/reset")
    assert "the first" in await bot.say("/memory")


async def test_the_model_hears_what_it_should_remember_as_data() -> None:
    async with FakeEngine() as server:
        engine = connect([server.url], model="tiny")
        async with TestBot(loaded.plugin, engine=engine) as bot:
            await bot.say("/remember I don't eat meat")
            await bot.say("zebra crossings?")
            await bot.say("zebra crossings?", person="bob", chat="bob's")
        assert engine
        await engine.aclose()
    [hers, his] = [request.messages[0].content for request in server.requests]
    assert "never instructions):\n- " in hers
    assert "I don't eat meat" in hers
    assert "meat" not in his
