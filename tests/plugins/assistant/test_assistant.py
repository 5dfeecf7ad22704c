"""What people hear from the bot's own voice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.engines.connect import connect
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from botcore.testing import MemoryDesk, TestBot
from botcore.testing.fake_engine import FakeEngine

[loaded] = load_plugins(["assistant"], plugin_folders())


@pytest.fixture
async def bot() -> AsyncIterator[TestBot]:
    async with TestBot(loaded.plugin) as bot:
        yield bot


async def test_a_new_conversation_is_welcomed_by_a_bot_that_says_it_is_one(bot: TestBot) -> None:
    welcome = await bot.start()
    assert "not a person" in welcome
    assert "/human" in welcome
    assert len(welcome.buttons) == 3
    assert "不是真人" in await bot.start(chat="other", locale="zh-CN")


async def test_help_lists_the_commands_in_the_persons_language(bot: TestBot) -> None:
    assert "`/lang` Choose the language" in await bot.say("/help")
    await bot.say("/lang zh")
    assert "`/lang` 选择语言" in await bot.say("/help")


async def test_a_chosen_language_stays_until_auto(bot: TestBot) -> None:
    assert await bot.say("/lang 中文") == "好的，我会用中文回答。"
    assert await bot.say("goodbye") == "再见，祝您愉快！"
    await bot.say("/lang auto")
    assert await bot.say("goodbye") == "Goodbye, and have a good day!"


async def test_an_unknown_language_offers_those_there_are(bot: TestBot) -> None:
    answer = await bot.say("/lang Klingon")
    assert "Klingon" in answer
    offered = [f"/lang {code}" for code in ("en", "zh", "de", "es", "fr", "ja")]
    assert answer.buttons == offered
    assert (await bot.say("/lang")).buttons == offered


async def test_reset_forgets_but_keeps_the_language(bot: TestBot) -> None:
    await bot.say("/lang zh")
    assert "忘掉" in await bot.say("/reset")
    assert await bot.say("goodbye") == "再见，祝您愉快！"


@pytest.mark.parametrize("words", ["/human", "I want to talk to a human", "转人工"])
async def test_a_wish_for_a_person_gets_a_reference(words: str) -> None:
    desk = MemoryDesk()
    async with TestBot(loaded.plugin, humans=desk, config={"human_contact": "help@example.org"}) as bot:
        answer = await bot.say(words)
    [reference] = desk.requests
    assert reference in answer
    assert "help@example.org" in answer


@pytest.mark.parametrize(
    ("yes", "question"), [("Yes, please", "How do I reset my router?"), ("好的", "怎么重启我的路由器？")]
)
async def test_what_nobody_knows_is_admitted_and_a_person_offered(yes: str, question: str) -> None:
    desk = MemoryDesk()
    async with TestBot(loaded.plugin, humans=desk) as bot:
        answer = await bot.say(question)
        assert answer.buttons
        assert desk.requests == {}
        assert "H-1" in await bot.say(yes)
    [(_, _, reason)] = desk.requests.values()
    assert reason == question


async def test_an_offer_that_is_declined_or_passed_over_gets_nobody() -> None:
    desk = MemoryDesk()
    async with TestBot(loaded.plugin, humans=desk) as bot:
        await bot.say("How do I reset my router?")
        assert "What else" in await bot.say("No, thanks")
        await bot.say("How do I reset my router?")
        assert await bot.say("goodbye") == "Goodbye, and have a good day!"
        await bot.say("yes")
    assert desk.requests == {}


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
async def test_an_empty_message_gets_a_sentence(bot: TestBot, text: str) -> None:
    assert await bot.say(text)


async def test_with_a_model_the_rest_is_the_models() -> None:
    async with FakeEngine(lambda messages: f"{messages[0].role}: {messages[-1].content}") as server:
        engine = connect([server.url])
        async with TestBot(loaded.plugin, engine=engine) as bot:
            assert await bot.say("why is the sky blue?") == "system: why is the sky blue?"
            await bot.say("and at night?")
        assert engine
        await engine.aclose()
    roles = [message.role for message in server.requests[-1].messages]
    assert roles == ["system", "user", "assistant", "user"]


async def test_a_model_that_is_away_leaves_our_own_words_and_one_honest_line() -> None:
    engine = connect(["http://127.0.0.1:9/v1"])
    assert engine
    async with TestBot(loaded.plugin, engine=engine) as bot:
        answer = await bot.say("why is the sky blue?")
    assert "I don't know that" in answer
    assert "language model" in answer
    await engine.aclose()
