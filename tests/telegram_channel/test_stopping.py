"""The button under a growing answer, and /stop: they end it at once, and what was said stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from botcore.asking.stream import Stream
from botcore.dispatch.turn import Turn
from botcore.testing.fake_telegram import FakeChat, FakeTelegram
from tests.telegram_channel.conftest import bot


async def endless(turn: Turn) -> None:
    """Counts until it is stopped."""

    async def numbers() -> AsyncIterator[str]:
        for number in range(1, 100_000):
            yield f"{number} "
            await asyncio.sleep(0.02)

    await turn.grow(Stream(numbers()), lambda key: f"({key})")


async def quick(turn: Turn) -> None:
    async def words() -> AsyncIterator[str]:
        for word in ("Once", " upon", " a", " time"):
            yield word
            await asyncio.sleep(0.1)

    await turn.grow(Stream(words()), lambda key: "")


def growing(fake: FakeTelegram, chat: FakeChat) -> bool:
    return any("Stop" in button for message in fake.shown(chat) for button in message.buttons)


async def test_the_button_under_a_growing_answer_ends_it(fake: FakeTelegram) -> None:
    ann, team = fake.person("Ann"), fake.group()
    async with bot(fake, endless):
        fake.say(team, ann, "@botcore_bot count")
        await fake.until(lambda: growing(fake, team))
        press = fake.press(fake.shown(team)[-1], "⏹ Stop", person=ann)
        await fake.until(lambda: fake.said(team)[-1].endswith("(stopped)"))
        await fake.until(lambda: press in fake.answered)
    (answer,) = (message for message in fake.shown(team) if message.by_bot)
    assert answer.text.startswith("1 2 ")
    assert answer.buttons == []


async def test_the_button_goes_when_the_answer_is_whole(fake: FakeTelegram) -> None:
    ann, team = fake.person("Ann"), fake.group()
    async with bot(fake, quick):
        fake.say(team, ann, "@botcore_bot tell")
        await fake.until(lambda: growing(fake, team))
        await fake.until(lambda: fake.said(team) == ["Once upon a time"] and not growing(fake, team))


async def test_in_a_private_chat_stop_ends_the_draft(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with bot(fake, endless):
        fake.say(chat, ann, "count")
        await fake.until(lambda: chat.draft)
        fake.say(chat, ann, "/stop")
        await fake.until(lambda: fake.said(chat))
    (answer,) = fake.said(chat)
    assert answer.endswith("(stopped)")


async def test_without_drafts_a_private_chat_has_the_button_too(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with bot(fake, endless, drafts=False):
        fake.say(chat, ann, "count")
        await fake.until(lambda: growing(fake, chat))
        fake.press(fake.shown(chat)[-1], "⏹ Stop")
        await fake.until(lambda: fake.said(chat)[-1].endswith("(stopped)"))
    assert fake.called("sendMessageDraft") == []
    assert len(fake.said(chat)) == 1


async def test_stop_where_nothing_is_being_written_is_a_message_like_any_other(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with bot(fake, quick):
        fake.say(chat, ann, "/stop")
        await fake.until(lambda: fake.said(chat))
    assert fake.said(chat) == ["Once upon a time"]


async def test_a_stop_button_that_outlived_its_answer_is_still_answered(fake: FakeTelegram) -> None:
    ann, team = fake.person("Ann"), fake.group()
    stump = fake.add(team, fake.bot, "1 2 3")
    stump.keyboard = [[{"text": "⏹ Stop", "callback_data": "stop"}]]
    async with bot(fake, quick):
        press = fake.press(stump, "⏹ Stop", person=ann)
        await fake.until(lambda: press in fake.answered)
    assert fake.answered[press] == ""
