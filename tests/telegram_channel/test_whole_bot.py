"""A small bot in memory behind the channel: what a person sees from the question to the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from botcore.asking.stream import Stream
from botcore.dispatch.turn import Turn
from botcore.testing.fake_telegram import FakeTelegram, Flood, Lose, Refuse
from botcore.types import Reply, Started
from tests.telegram_channel.conftest import bot


async def echo(turn: Turn) -> None:
    if isinstance(turn.event, Started):
        turn.say(Reply("Welcome. I am a bot.", buttons=["What can you do?"]))
    else:
        turn.say(Reply(f"You said: {turn.text}", buttons=["Again"]))


async def test_a_conversation_with_buttons(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with bot(fake, echo):
        fake.say(chat, ann, "/start")
        await fake.until(lambda: fake.said(chat))
        fake.press(fake.shown(chat)[-1], "What can you do?")
        await fake.until(lambda: len(fake.said(chat)) == 2)
    assert fake.said(chat) == ["Welcome. I am a bot.", "You said: What can you do?"]


async def test_many_chats_are_answered_each_in_order(fake: FakeTelegram) -> None:
    people = [fake.person(f"P{number}") for number in range(10)]
    async with bot(fake, echo):
        for number in range(10):
            for person in people:
                fake.say(fake.private(person), person, str(number))
        await fake.until(lambda: all(len(fake.said(fake.private(one))) == 10 for one in people), timeout=30)
    for person in people:
        assert fake.said(fake.private(person)) == [f"You said: {number}" for number in range(10)]


async def test_an_update_that_comes_twice_is_answered_once(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.fault("getUpdates", Lose(), Lose())
    async with bot(fake, echo):
        fake.say(chat, ann, "hello")
        again = dict(fake.updates.waiting[0])
        await fake.until(lambda: fake.said(chat))
        fake.updates.push_raw(again)
        fake.say(chat, ann, "end")
        await fake.until(lambda: "You said: end" in fake.said(chat))
    assert fake.said(chat) == ["You said: hello", "You said: end"]


class Growing:
    """A handler whose answer grows as the test lets it."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[str] = asyncio.Queue()
        self.given = ""

    def grow(self, text: str) -> None:
        self.given += text
        self._pieces.put_nowait(text)

    def end(self) -> None:
        self._pieces.put_nowait("")

    async def _stream(self) -> AsyncIterator[str]:
        while piece := await self._pieces.get():
            yield piece

    async def __call__(self, turn: Turn) -> None:
        await turn.grow(Stream(self._stream()), lambda key: "")


async def test_typing_is_shown_while_the_bot_thinks(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    growing = Growing()
    async with bot(fake, growing):
        fake.say(chat, ann, "think")
        await fake.until(lambda: chat.actions)
        assert chat.actions == ["typing"]
        growing.grow("thought")
        growing.end()
        await fake.until(lambda: fake.said(chat))


TALE = ["Once", "upon", "a", "time", "there", "was", "a", "bot", "that", "told", "a", "tale"]


async def slow(turn: Turn) -> None:
    """A model that needs its time for every word."""

    async def words() -> AsyncIterator[str]:
        for word in TALE:
            yield f"{word} "
            await asyncio.sleep(0.06)

    await turn.grow(Stream(words()), lambda key: "")


async def test_in_a_private_chat_an_answer_grows_as_a_draft(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with bot(fake, slow):
        fake.say(chat, ann, "tell me")
        await fake.until(lambda: fake.said(chat))
    assert fake.said(chat) == [" ".join(TALE)]
    assert len(chat.drafts) >= 2
    assert all(" ".join(TALE).startswith(draft) for draft in chat.drafts)
    assert sorted(chat.drafts, key=len) == chat.drafts
    assert chat.draft == "", "the message has taken its place"


async def grown_in_a_group(fake: FakeTelegram, growing: Growing) -> None:
    """Let an answer grow until its preview is there, then to its end."""
    team, ann = fake.group(), fake.person("Ann")
    async with bot(fake, growing):
        fake.say(team, ann, "@botcore_bot tell me")
        growing.grow("Once upon")
        await fake.until(lambda: fake.called("sendMessage"))
        growing.grow(" a time")
        growing.end()
        await fake.until(lambda: "Once upon a time" in fake.said(team))


async def test_in_a_group_the_growing_message_becomes_the_final_one(fake: FakeTelegram) -> None:
    await grown_in_a_group(fake, Growing())
    (team,) = (chat for chat in fake.chats.values() if chat.kind == "supergroup")
    assert fake.said(team) == ["Once upon a time"]
    assert fake.shown(team)[-1].edits >= 1


async def test_a_final_edit_that_was_lost_is_repeated_and_stays_one_message(fake: FakeTelegram) -> None:
    fake.fault("editMessageText", Lose(), Lose())
    await grown_in_a_group(fake, Growing())
    (team,) = (chat for chat in fake.chats.values() if chat.kind == "supergroup")
    assert fake.said(team) == ["Once upon a time"]


async def test_a_final_edit_that_is_refused_leaves_one_whole_message(fake: FakeTelegram) -> None:
    fake.fault("editMessageText", *[Refuse(400, "Bad Request: message can't be edited")] * 3)
    await grown_in_a_group(fake, Growing())
    (team,) = (chat for chat in fake.chats.values() if chat.kind == "supergroup")
    assert fake.said(team) == ["Once upon a time"]


async def test_a_flood_ends_the_preview_and_the_whole_answer_comes_after_it(fake: FakeTelegram) -> None:
    fake.fault("editMessageText", Flood(1))
    await grown_in_a_group(fake, Growing())
    (team,) = (chat for chat in fake.chats.values() if chat.kind == "supergroup")
    assert fake.said(team) == ["Once upon a time"]
    assert fake.impatient == 0


async def test_a_server_without_drafts_still_shows_the_answer(fake: FakeTelegram) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    growing = Growing()
    fake.fault("sendMessageDraft", Refuse(404, "Not Found"))
    async with bot(fake, growing):
        fake.say(chat, ann, "tell me")
        growing.grow("Once")
        await fake.until(lambda: fake.called("sendMessageDraft"))
        growing.end()
        await fake.until(lambda: fake.said(chat))
    assert fake.said(chat) == ["Once"]
    assert len(fake.called("sendMessageDraft")) == 1
