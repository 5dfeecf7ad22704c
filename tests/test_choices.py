"""A person answers "2" where choices are written as a numbered list, and it is the second button."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore import Context, Plugin, Reply
from botcore.channels.rendering import numbered
from botcore.testing import ChannelName, TestBot

MANY = [f"choice {letter}{other}" for letter in "abcdef" for other in "uvwxyz"]
LONG = ["a label that no button of any service can hold, " * 3, "another label, which is just as long, " * 3]

menu = Plugin("menu")


@menu.command("ask")
async def ask(ctx: Context) -> Reply:
    """Ask."""
    if ctx.args == "few":
        return Reply("Which?", buttons=["Red", "Blue"])
    return Reply("Which?", buttons=LONG if ctx.args == "long" else MANY)


@menu.fallback
async def heard(ctx: Context) -> str:
    said = [entry.text for entry in ctx.history if entry.role == "user"]
    return f"heard {ctx.text.strip()} after {len(said)}"


@pytest.fixture(params=["discord", "telegram"])
async def bot(request: pytest.FixtureRequest) -> AsyncIterator[TestBot]:
    channel: ChannelName = request.param
    async with TestBot(menu, channel=channel) as bot:
        yield bot


@pytest.mark.parametrize("said", ["2", "2.", "(2)", " 2 "])
async def test_a_number_is_the_label_that_stands_there(bot: TestBot, said: str) -> None:
    await bot.say("/ask long")
    assert "2. another label" in bot.transcript()
    assert await bot.say(said) == f"heard {LONG[1].strip()} after 1"


async def test_a_number_beyond_the_list_and_any_other_word_stay_what_they_are(bot: TestBot) -> None:
    await bot.say("/ask long")
    assert await bot.say("3") == "heard 3 after 1"
    await bot.say("/ask long")
    assert await bot.say("two") == "heard two after 3"


async def test_choices_count_for_the_next_answer_only(bot: TestBot) -> None:
    await bot.say("/ask long")
    await bot.say("hm")
    assert await bot.say("2") == "heard 2 after 2"


async def test_where_there_are_buttons_a_number_is_a_number(bot: TestBot) -> None:
    await bot.say("/ask few")
    assert await bot.say("2") == "heard 2 after 1"


async def test_too_many_buttons_for_discord_are_numbered_too() -> None:
    async with TestBot(menu, channel="discord") as bot:
        await bot.say("/ask")
        assert await bot.say("36") == "heard choice fz after 1"


def test_which_channels_number() -> None:
    assert numbered("cli", ["Yes"])
    assert not numbered("cli", [])
    assert not numbered("web", MANY)
    assert numbered("discord", MANY)
    assert not numbered("telegram", MANY)
    assert not numbered("pager", ["Yes"])
    assert numbered("pager", ["Yes"], always={"pager"})
