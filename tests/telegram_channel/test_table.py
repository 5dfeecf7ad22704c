"""The table in docs/channels.md: each fault, the calls that the bot made, and what the person saw, as it happens here."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from botcore.channels.telegram import TelegramChannel
from botcore.errors import StoreUnavailable
from botcore.testing.fake_telegram import Drop, FakeChat, FakeTelegram, Fault, Flood, Garbage, Lose, Refuse
from botcore.types import Address, Attachment, Reply
from tests.telegram_channel.conftest import Ear, another_poll, outgoing, running

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"
BEGIN, END = "<!-- telegram faults -->", "<!-- end of telegram faults -->"
ANSWER, EARLY = Reply("It is **late**."), Reply("It is early.")
PICTURE = Attachment("clock.png", "image/png", b"no picture")
FILE = Attachment("a.txt", "text/plain", b"a")

Scene = Callable[[FakeTelegram, TelegramChannel, FakeChat, Ear], Awaitable[FakeChat | None]]
"""Does what the row is about; returns the chat to look at, where that is another one."""


def answering(method: str, *faults: Fault, reply: Reply = ANSWER) -> Scene:
    """An answer whose calls of `method` meet these faults."""

    async def scene(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
        fake.fault(method, *faults)
        await channel.send(outgoing(at(chat), reply))

    return scene


def replacing(*faults: Fault, before: Reply = EARLY) -> Scene:
    """An answer that takes the place of an earlier one."""

    async def scene(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
        first = outgoing(at(chat), before)
        await channel.send(first)
        fake.calls.clear()
        fake.fault("editMessageText", *faults)
        await channel.send(outgoing(at(chat), ANSWER, replaces=first.key))

    return scene


def hearing(*faults: Fault, refusals: int = 0) -> Scene:
    """A question whose poll meets these faults, or that the store does not take at first."""

    async def scene(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
        await another_poll(fake)
        fake.fault("getUpdates", *faults)
        ear.refusals = [StoreUnavailable("away")] * refusals
        fake.say(chat, fake.person("Ann"), "What time is it?")
        await ear.events()
        await channel.send(outgoing(at(chat), ANSWER, to=ear.messages[0].id))
        await fake.until(lambda: fake.updates.confirmed == 500_001)
        assert len(ear.messages) == 1

    return scene


def at(chat: FakeChat) -> Address:
    return Address("telegram", str(chat.id))


async def blocked(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
    fake.block(chat)
    for _ in range(3):
        await channel.send(outgoing(at(chat), ANSWER))


async def blocked_and_back(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
    await blocked(fake, channel, chat, ear)
    chat.blocked = False
    fake.say(chat, fake.person("Ann"), "I am back")
    await ear.events()
    await channel.send(outgoing(at(chat), ANSWER))


async def migrated(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> FakeChat:
    team = fake.group()
    moved = fake.migrate(team)
    fake.updates.waiting.clear()
    await channel.send(outgoing(at(team), ANSWER))
    return moved


async def topic_gone(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> FakeChat:
    forum = fake.group(topics=("Help",))
    await channel.send(outgoing(Address("telegram", f"{forum.id}:999"), ANSWER))
    return forum


async def away(fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, ear: Ear) -> None:
    await fake.stop()
    sending = asyncio.create_task(channel.send(outgoing(at(chat), ANSWER)))
    await asyncio.wait([sending], timeout=0.2)
    await fake.start()
    await sending


SCENES: dict[str, Scene] = {
    "none": answering("sendMessage"),
    "429, `retry_after` 1 s": answering("sendMessage", Flood(1)),
    "429 twice": answering("sendMessage", Flood(1), Flood(1)),
    "no connection for a while": away,
    "502 instead of an answer": answering("sendMessage", Garbage()),
    "the connection breaks before Telegram has the message": answering("sendMessage", Drop()),
    "the connection breaks after Telegram has it": answering("sendMessage", Lose()),
    "the same, every time": answering("sendMessage", *[Lose()] * 9),
    "entities are refused": answering("sendMessage", Refuse(400, "Bad Request: can't parse entities: no")),
    "the message is refused for good": answering("sendMessage", *[Refuse(400, "Bad Request: no")] * 9),
    "the person has blocked the bot, three answers": blocked,
    "the same, then the person writes again": blocked_and_back,
    "the group has become a supergroup": migrated,
    "the topic was deleted": topic_gone,
    "a picture that is none": answering("sendPhoto", reply=Reply(attachments=[PICTURE])),
    "a file is refused": answering("sendDocument", *[Refuse(400, "Bad Request: no")] * 9, reply=Reply(attachments=[FILE])),
    "the question was edited": replacing(),
    "the same, and the edit's outcome is lost": replacing(Lose()),
    "the same, and the answer can't be edited": replacing(Refuse(400, "Bad Request: message can't be edited")),
    "the same, and the first answer was longer": replacing(before=Reply("word " * 1500)),
    "409, another program polls": hearing(Refuse(409, "Conflict: terminated by other getUpdates request")),
    "401, once": hearing(Refuse(401, "Unauthorized")),
    "a poll's answer is lost": hearing(Lose()),
    "the store is away, twice": hearing(refusals=2),
}  # fmt: skip

COUNTED = ("sendMessage", "editMessageText", "deleteMessage", "sendPhoto", "sendDocument")
SEEN = {"It is late.": "the answer", "It is early.": "the first answer"}


def calls_of(fake: FakeTelegram) -> str:
    counted = Counter(call.method for call in fake.calls if call.method in COUNTED)
    return ", ".join(f"{method} ×{times}" if times > 1 else method for method, times in counted.items())


def seen_in(fake: FakeTelegram, chat: FakeChat) -> str:
    shown = [
        message.upload.name if message.upload else SEEN.get(message.text, f"“{message.text}”")
        for message in fake.shown(chat)
        if message.by_bot
    ]
    counted = Counter(shown)
    return (
        ", ".join(f"{what}, {times} times" if times > 1 else what for what, times in counted.items())
        or "nothing"
    )


async def row(fault: str, scene: Scene) -> str:
    ear = Ear()
    async with FakeTelegram() as fake, running(fake, ear) as channel:
        chat = fake.private(fake.person("Ann"))
        other = await scene(fake, channel, chat, ear)
        assert fake.impatient == 0
        return f"| {fault} | {calls_of(fake)} | {seen_in(fake, other or chat)} |"


def in_the_page() -> list[str]:
    text = PAGE.read_text("utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip().splitlines()[2:]


@pytest.mark.parametrize("fault", SCENES)
async def test_the_page_tells_what_happens(fault: str) -> None:
    assert await row(fault, SCENES[fault]) in in_the_page()


def test_the_page_tells_of_no_other_fault() -> None:
    assert [line.split(" | ")[0].removeprefix("| ") for line in in_the_page()] == list(SCENES)
