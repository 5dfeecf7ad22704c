"""Albums: one event for all of it, and none of it acknowledged before."""

from __future__ import annotations

import pytest

from botcore.errors import StoreUnavailable
from botcore.testing.fake_telegram import FakeTelegram, Upload
from botcore.types import Edited, Message
from tests.telegram_channel.conftest import Ear, another_poll, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def pictures(number: int) -> list[Upload]:
    return [Upload("photo", "", "image/png", PNG + bytes([one])) for one in range(number)]


async def test_an_album_is_one_message_with_all_its_pictures_in_order(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with running(fake, ear):
        sent = fake.album(chat, ann, pictures(5), "my holidays")
        fake.say(chat, ann, "nice?")
        await ear.events(2)
        await fake.until(lambda: fake.updates.confirmed == 500_006)
    assert ear.texts == ["my holidays", "nice?"], "what came later is later"
    assert [one.data for one in ear.messages[0].attachments] == [one.data for one in pictures(5)]
    assert ear.messages[0].id == f"tg:{chat.id}.{sent[0].id}"


async def test_an_album_that_telegram_brings_piece_by_piece_is_still_one(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    group = {"media_group_id": "late"}
    async with running(fake, ear, album_seconds=0.8):
        for picture in pictures(3):
            fake.say(chat, ann, upload=picture, extra=group)
            await another_poll(fake)
            assert fake.updates.confirmed <= 500_000, "not before all of it is durable"
        await ear.events()
        await fake.until(lambda: fake.updates.confirmed == 500_003)
    assert [len(message.attachments) for message in ear.messages] == [3]


async def test_while_an_album_comes_in_other_chats_are_heard(fake: FakeTelegram, ear: Ear) -> None:
    ann, bo = fake.person("Ann"), fake.person("Bo")
    async with running(fake, ear, album_seconds=5.0):
        fake.album(fake.private(ann), ann, pictures(2))
        await fake.until(lambda: len(fake.called("getUpdates")) >= 3)
        fake.say(fake.private(bo), bo, "hello")
        await ear.events()
        assert ear.texts == ["hello"]
        assert fake.updates.confirmed <= 500_000


@pytest.mark.parametrize("times", [1, 4])
async def test_an_album_that_the_store_can_not_take_comes_again_as_a_whole(
    fake: FakeTelegram, ear: Ear, times: int
) -> None:
    ann = fake.person("Ann")
    ear.refusals = [StoreUnavailable("away")] * times
    async with running(fake, ear):
        fake.album(fake.private(ann), ann, pictures(3), "my holidays")
        await ear.events()
        await fake.until(lambda: fake.updates.confirmed == 500_003)
    assert [(message.text, len(message.attachments)) for message in ear.messages] == [("my holidays", 3)]


async def test_an_album_that_was_not_taken_before_the_end_comes_again_after_it(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    async with running(fake, ear, album_seconds=30.0):
        fake.album(fake.private(ann), ann, pictures(3))
        await fake.until(lambda: len(fake.called("getUpdates")) >= 3)
    assert ear.heard == []
    assert fake.updates.confirmed <= 500_000
    async with running(fake, ear):
        assert len((await ear.message()).attachments) == 3


async def test_in_a_group_an_album_is_heard_where_one_caption_names_the_bot(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann, team = fake.person("Ann"), fake.group()
    async with running(fake, ear):
        fake.album(team, ann, pictures(2), "for the others")
        fake.album(team, ann, pictures(2), "@botcore_bot look")
        await ear.events()
        await fake.until(lambda: fake.updates.confirmed == 500_004)
    assert [(message.text, len(message.attachments)) for message in ear.messages] == [("look", 2)]


async def test_a_changed_caption_anywhere_in_an_album_is_a_change_of_the_album(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    async with running(fake, ear):
        sent = fake.album(chat, ann, pictures(3), "first")
        await ear.events()
        fake.edit(sent[2], "and the last")
        await ear.events(2)
    (changed,) = (event for event in ear.heard if isinstance(event, Edited))
    assert changed.message == ear.messages[0].id
    assert changed.text == "and the last"


async def test_in_a_group_only_changes_of_albums_that_were_meant_for_the_bot_are_heard(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann, team = fake.person("Ann"), fake.group()
    async with running(fake, ear):
        others = fake.album(team, ann, pictures(2), "for the others")
        mine = fake.album(team, ann, pictures(2), "@botcore_bot look")
        await ear.events()
        fake.edit(others[1], "still for the others")
        fake.edit(mine[1], "the second")
        await ear.events(2)
        await fake.until(lambda: fake.updates.confirmed == 500_006)
    assert [(type(event), event.text) for event in ear.heard if isinstance(event, Message | Edited)] == [
        (Message, "look"),
        (Edited, "the second"),
    ]
