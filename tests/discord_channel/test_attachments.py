"""Files of persons on Discord."""

from __future__ import annotations

from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Message
from tests.discord_channel.conftest import Bot


async def test_a_file_that_can_not_be_fetched_comes_by_its_address(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    fake.files_broken = True
    await fake.say(dm, "ann", "look", files={"notes.txt": b"12"})
    await fake.answered(dm)
    event = bot.heard[0]
    assert isinstance(event, Message)
    (file,) = event.attachments
    assert (file.data, file.url.startswith(fake.url)) == (b"", True)
