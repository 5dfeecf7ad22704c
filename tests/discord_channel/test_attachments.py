"""What a file is, whatever it says of itself."""

from __future__ import annotations

import pytest

from botcore.channels.discord.attachments import type_of
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Message
from tests.discord_channel.conftest import Bot


@pytest.mark.parametrize(
    ("data", "said", "found"),
    [
        (b"\x89PNG\r\n\x1a\n", "text/plain", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/png", "image/webp"),
        (b"OggS\x00", "audio/ogg", "audio/ogg"),
        (b"\xff\xfb\x90", "application/octet-stream", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypM4A ", "video/mp4", "audio/mp4"),
        (b"MZ\x90\x00", "image/png", "application/octet-stream"),
        (b"MZ\x90\x00", "application/pdf", "application/octet-stream"),
        (b"MZ\x90\x00", "text/plain", "application/octet-stream"),
        (b"a,b\n1,2", "text/csv", "text/csv"),
        (b"PK\x03\x04", "image/png", "application/zip"),
        (b"", "text/plain", "text/plain"),
    ],
)
def test_a_files_type_is_what_its_first_bytes_say(data: bytes, said: str, found: str) -> None:
    assert type_of(data, said) == found


async def test_a_file_that_can_not_be_fetched_comes_by_its_address(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    fake.files_broken = True
    await fake.say(dm, "ann", "look", files={"notes.txt": b"12"})
    await fake.answered(dm)
    event = bot.heard[0]
    assert isinstance(event, Message)
    (file,) = event.attachments
    assert (file.data, file.url.startswith(fake.url)) == (b"", True)
