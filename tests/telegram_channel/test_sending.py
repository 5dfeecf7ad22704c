"""What people see of what the bot sends, whatever happens on the way."""

from __future__ import annotations

import asyncio
import time

import pytest
from telegram import Bot
from telegram.error import BadRequest

from botcore.channels.telegram import TelegramChannel
from botcore.errors import ChannelError
from botcore.testing.fake_telegram import (
    Drop,
    FakeChat,
    FakeTelegram,
    Flood,
    Garbage,
    Late,
    Lose,
    Refuse,
    Upload,
)
from botcore.types import Address, Attachment, Reply, Source
from tests.telegram_channel.conftest import Ear, outgoing, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture
def chat(fake: FakeTelegram) -> FakeChat:
    return fake.private(fake.person("Ann"))


def at(chat: FakeChat) -> Address:
    return Address("telegram", str(chat.id))


async def test_markdown_becomes_entities(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    await channel.send(outgoing(at(chat), "Hello **you** 🙂 and `code`"))
    shown = fake.shown(chat)[0]
    assert shown.text == "Hello you 🙂 and code"
    assert [(one["type"], one["offset"], one["length"]) for one in shown.entities] == [
        ("bold", 6, 3),
        ("code", 17, 4),
    ]


async def test_a_long_answer_comes_in_parts_and_nothing_of_it_is_lost(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    words = [f"wörd{number}🙂" for number in range(1500)]
    await channel.send(outgoing(at(chat), Reply(" ".join(words), buttons=["Yes"])))
    said = fake.said(chat)
    assert len(said) > 1
    assert " ".join(said).split() == words
    assert [shown.buttons for shown in fake.shown(chat)] == [[]] * (len(said) - 1) + [["Yes"]]


async def test_attachments_sources_and_links_are_shown(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    reply = Reply(
        "See here.",
        attachments=[
            Attachment("plot.png", "image/png", PNG, alt="A rising line"),
            Attachment("data.csv", "text/csv", b"1,2"),
            Attachment("page", "text/html", url="https://example.org/page"),
        ],
        sources=[Source("Handbook", "https://example.org/handbook")],
    )
    await channel.send(outgoing(at(chat), reply))
    text, picture, file = fake.shown(chat)
    assert "Handbook" in text.text
    assert "page" in text.text
    assert picture.upload
    assert (picture.upload.kind, picture.upload.data, picture.text) == ("photo", PNG, "A rising line")
    assert file.upload
    assert (file.upload.kind, file.upload.name, file.upload.data) == ("document", "data.csv", b"1,2")


async def test_a_picture_that_telegram_can_not_read_goes_out_as_a_file(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    broken = Attachment("plot.png", "image/png", b"no picture")
    await channel.send(outgoing(at(chat), Reply(attachments=[broken])))
    upload = fake.shown(chat)[0].upload
    assert upload
    assert (upload.kind, upload.name) == ("document", "plot.png")


async def test_an_empty_reply_shows_nothing(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    await channel.send(outgoing(at(chat), Reply()))
    assert fake.shown(chat) == []


async def test_an_answer_in_a_group_refers_to_its_question(
    fake: FakeTelegram, channel: TelegramChannel, ear: Ear
) -> None:
    team, ann = fake.group(), fake.person("Ann")
    said = fake.say(team, ann, "/help")
    message = await ear.message()
    await channel.send(outgoing(message.address, "Here.", to=message.id))
    assert fake.shown(team)[-1].reply_to is said


async def test_the_same_message_again_is_not_shown_twice(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    message = outgoing(at(chat), "once")
    await channel.send(message)
    await channel.send(message)
    assert fake.said(chat) == ["once"]


@pytest.mark.parametrize("fault", [Lose(), Late(3.0), Drop(), Garbage()])
async def test_an_answer_that_may_have_been_lost_is_repeated_once(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, fault: Lose | Late | Drop | Garbage
) -> None:
    fake.fault("sendMessage", fault)
    await channel.send(outgoing(at(chat), "hello"))
    shown = 2 if isinstance(fault, Lose | Late) else 1
    assert fake.said(chat) == ["hello"] * shown
    assert channel.uncertain == 1


async def test_an_uncertain_message_appears_at_most_twice_however_often_it_is_tried(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    fake.fault("sendMessage", *[Lose()] * 10)
    message = outgoing(at(chat), "hello")
    for _ in range(5):
        await channel.send(message)
    assert fake.said(chat) == ["hello"] * 2


async def test_after_a_fault_in_the_middle_only_the_rest_is_sent(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    reply = Reply("text", attachments=[Attachment(f"{number}.txt", "text/plain", b"x") for number in "12"])
    fake.fault("sendDocument", Lose())
    await channel.send(outgoing(at(chat), reply))
    names = [shown.upload.name if shown.upload else shown.text for shown in fake.shown(chat)]
    assert names == ["text", "1.txt", "1.txt", "2.txt"]


async def test_while_telegram_is_away_a_message_waits_and_then_arrives_once(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    await fake.stop()
    sending = asyncio.create_task(channel.send(outgoing(at(chat), "patience")))
    done, _ = await asyncio.wait([sending], timeout=0.3)
    assert not done
    await fake.start()
    await asyncio.wait_for(sending, 10)
    assert fake.said(chat) == ["patience"]
    assert channel.uncertain == 0


async def test_a_long_outage_is_told_so_that_the_message_is_tried_again(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    async with running(fake, ear, patience_seconds=0.1) as channel:
        await fake.stop()
        with pytest.raises(ChannelError):
            await channel.send(outgoing(at(chat), "lost?"))
        await fake.start()


async def test_a_flooded_chat_waits_exactly_and_no_other_chat_waits_with_it(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    other = fake.private(fake.person("Bo"))
    fake.fault("sendMessage", Flood(2))
    began = time.monotonic()
    waiting = [asyncio.create_task(channel.send(outgoing(at(chat), text))) for text in ("one", "two")]
    await fake.until(lambda: chat.flooded_until)
    await channel.send(outgoing(at(other), "at once"))
    assert time.monotonic() - began < 1.5
    await asyncio.gather(*waiting)
    assert 2.0 <= time.monotonic() - began < 3.5
    assert sorted(fake.said(chat)) == ["one", "two"]
    assert fake.impatient <= 1, "only a call that was under way already"


async def test_a_person_who_blocks_the_bot_is_left_alone_until_they_write_again(
    fake: FakeTelegram, channel: TelegramChannel, ear: Ear
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.block(chat)
    for number in range(5):
        await channel.send(outgoing(at(chat), str(number)))
    assert len(fake.called("sendMessage")) == 1
    chat.blocked = False
    fake.say(chat, ann, "I am back")
    await ear.events()
    await channel.send(outgoing(at(chat), "welcome"))
    assert fake.said(chat) == ["welcome"]


async def test_a_group_that_has_moved_is_found_at_its_new_place(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    team = fake.group()
    moved = fake.migrate(team)
    fake.updates.waiting.clear()
    await channel.send(outgoing(at(team), "hello"))
    await channel.send(outgoing(at(team), "again"))
    assert fake.said(moved) == ["hello", "again"]
    assert len(fake.called("sendMessage")) == 3


async def test_where_the_form_is_refused_the_plain_text_arrives(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    fake.fault("sendMessage", Refuse(400, "Bad Request: can't parse entities: whatever"))
    await channel.send(outgoing(at(chat), "**bold**"))
    assert [(shown.text, shown.entities) for shown in fake.shown(chat)] == [("bold", [])]


async def test_a_deleted_topic_is_answered_in_the_chat_itself(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    forum = fake.group(topics=("Help",))
    await channel.send(outgoing(Address("telegram", f"{forum.id}:999"), "hello"))
    assert fake.said(forum) == ["hello"]


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\u202eabc", "`" * 5000, "x" * 200_000, "   ", "*"])
async def test_any_text_can_be_sent(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, text: str
) -> None:
    await channel.send(outgoing(at(chat), text))
    await channel.send(outgoing(at(chat), "still alive"))
    assert fake.said(chat)[-1] == "still alive"


@pytest.mark.parametrize("address", ["", "abc", "1:x", "9" * 400])
async def test_an_address_that_no_chat_can_have_is_passed_over(
    fake: FakeTelegram, channel: TelegramChannel, address: str
) -> None:
    await channel.send(outgoing(Address("telegram", address), "hello"))


async def test_any_library_can_chat_through_the_simulator(fake: FakeTelegram) -> None:
    """python-telegram-bot's own methods and parsers, on what the simulator says."""
    async with Bot(fake.token, base_url=fake.api_url, base_file_url=fake.file_url) as plain:
        ann = fake.person("Ann")
        chat = fake.private(ann)
        fake.say(chat, ann, "look", upload=Upload("photo", "", "image/png", PNG))
        (update,) = await plain.get_updates(timeout=1)
        assert update.message
        assert update.message.caption == "look"
        file = await update.message.photo[-1].get_file()
        assert bytes(await file.download_as_bytearray()) == PNG
        sent = await plain.send_message(chat.id, "hello")
        await plain.edit_message_text("good bye", chat.id, sent.message_id)
        with pytest.raises(BadRequest, match="not modified"):
            await plain.edit_message_text("good bye", chat.id, sent.message_id)
        with pytest.raises(BadRequest, match="too long"):
            await plain.send_message(chat.id, "🙂" * 2049)
    assert fake.said(chat) == ["good bye"]
