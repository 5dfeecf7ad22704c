"""Files of people come along, bounded, and taken for what their bytes say."""

from __future__ import annotations

import pytest

from botcore.channels.telegram import TelegramChannel
from botcore.testing.fake_telegram import FakeChat, FakeTelegram, Refuse, Upload
from botcore.types import Address, Attachment, Reply
from tests.telegram_channel.conftest import Ear, outgoing, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture
def chat(fake: FakeTelegram) -> FakeChat:
    return fake.private(fake.person("Ann"))


async def test_every_kind_of_file_arrives_with_its_bytes(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    sent = [
        Upload("photo", "", "image/jpeg", PNG),
        Upload("voice", "", "audio/ogg", b"OggS..."),
        Upload("audio", "song.mp3", "audio/mpeg", b"ID3..."),
        Upload("video", "film.mp4", "video/mp4", b"\0\0\0\x18ftypmp42"),
        Upload("document", "bill.pdf", "application/pdf", b"%PDF-1.7"),
        Upload("document", "notes.txt", "text/plain", "größer".encode()),
    ]
    for upload in sent:
        fake.say(chat, ann, "look", upload=upload)
    async with running(fake, ear):
        await ear.events(len(sent))
    found = [message.attachments[0] for message in ear.messages]
    assert [one.data for one in found] == [one.data for one in sent]
    assert [(one.name, one.media_type) for one in found] == [
        ("photo.jpeg", "image/png"),
        ("voice.ogg", "audio/ogg"),
        ("song.mp3", "audio/mpeg"),
        ("film.mp4", "video/mp4"),
        ("bill.pdf", "application/pdf"),
        ("notes.txt", "text/plain"),
    ]
    assert fake.said(chat) == []


async def test_who_sends_a_file_that_is_too_large_is_told_the_limit(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    huge = Upload("document", "huge.bin", "application/x-data", b"x" * 2_000_001)
    async with running(fake, ear, file_bytes=2_000_000):
        fake.say(chat, ann, upload=huge)
        fake.say(chat, ann, "what is this?", upload=huge)
        await ear.events()
        await fake.until(lambda: len(fake.said(chat)) == 2)
    assert all("huge.bin" in said and "2 MB" in said for said in fake.said(chat))
    assert fake.called("getFile") == [], "Telegram's own figure was enough"
    assert [(one.text, one.attachments) for one in ear.messages] == [
        ("what is this?", (Attachment("huge.bin", "application/x-data"),))
    ]


async def test_a_file_that_lies_about_its_size_is_not_read_to_its_end(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.say(chat, ann, "small", upload=Upload("document", "huge.bin", "", b"x" * 3_000_000))
    fake.updates.waiting[-1]["message"]["document"]["file_size"] = 10
    async with running(fake, ear, file_bytes=1_000_000):
        message = await ear.message()
        await fake.until(lambda: fake.said(chat))
    assert message.attachments[0].data == b""
    assert "huge.bin" in fake.said(chat)[0]


async def test_a_file_that_can_not_be_fetched_is_told_and_the_words_are_taken(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.fault("getFile", Refuse(400, "Bad Request: wrong file_id or the file is temporarily unavailable"))
    fake.say(chat, ann, "look", upload=Upload("document", "a.txt", "text/plain", b"a"))
    assert (await ear.message()).text == "look"
    await fake.until(lambda: fake.said(chat))
    assert "a.txt could not be fetched" in fake.said(chat)[0]


@pytest.mark.parametrize(
    ("type", "data", "kind"),
    [
        ("image/png", PNG, "photo"),
        ("audio/mpeg", b"ID3", "audio"),
        ("audio/ogg", b"OggS", "voice"),
        ("video/mp4", b"mp4", "video"),
        ("application/pdf", b"%PDF", "document"),
        ("image/png", PNG + b"\0" * 10_000_000, "document"),
    ],
)
async def test_a_file_goes_out_as_what_telegram_can_show(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat, type: str, data: bytes, kind: str
) -> None:
    await channel.send(
        outgoing(Address("telegram", str(chat.id)), Reply(attachments=[Attachment("f", type, data)]))
    )
    upload = fake.shown(chat)[0].upload
    assert upload
    assert (upload.kind, upload.data) == (kind, data)


async def test_fifty_megabytes_go_out_and_more_is_said_so(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    files = [
        Attachment(f"{size}.bin", "application/x-data", b"x" * size) for size in (50_000_000, 50_000_001)
    ]
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply("Here.", attachments=files)))
    text, file = fake.shown(chat)
    assert "50000001.bin is too large to be sent here: at most 50 MB" in text.text
    assert file.upload
    assert len(file.upload.data) == 50_000_000


async def test_a_caption_that_is_too_long_goes_on_below_the_picture(
    fake: FakeTelegram, channel: TelegramChannel, chat: FakeChat
) -> None:
    words = [f"wörd{number}🙂" for number in range(300)]
    picture = Attachment("plot.png", "image/png", PNG, alt=" ".join(words))
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply(attachments=[picture])))
    assert len(fake.shown(chat)) == 2
    assert " ".join(shown.text for shown in fake.shown(chat)).split() == words
