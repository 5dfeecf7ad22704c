"""Messages that take the place of earlier ones, and messages that were shown before the process ended."""

from __future__ import annotations

import pytest

from botcore.channels.telegram.shown import RecentlyShown
from botcore.errors import ChannelError, StoreUnavailable
from botcore.testing.fake_telegram import Drop, FakeChat, FakePerson, FakeTelegram, Flood, Lose, Refuse
from botcore.types import Address, Attachment, Outgoing, Reply
from tests.telegram_channel.conftest import Ear, outgoing, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
LONG = " ".join(f"word{number}" for number in range(1500))
FILE = Attachment("a.txt", "text/plain", b"a")


@pytest.fixture
def ann(fake: FakeTelegram) -> FakePerson:
    return fake.person("Ann")


@pytest.fixture
def chat(fake: FakeTelegram, ann: FakePerson) -> FakeChat:
    return fake.private(ann)


def at(chat: FakeChat) -> Address:
    return Address("telegram", str(chat.id))


def seen(fake: FakeTelegram, chat: FakeChat) -> list[str]:
    return [shown.upload.name if shown.upload else shown.text for shown in fake.shown(chat)]


async def send_both(
    fake: FakeTelegram,
    ear: Ear,
    chat: FakeChat,
    before: Reply | str,
    after: Reply | str,
    *,
    restart: bool = False,
) -> None:
    """An answer, then another one in its place."""
    shown, first = RecentlyShown(), outgoing(at(chat), before)
    second = outgoing(at(chat), after, replaces=first.key)
    async with running(fake, ear, shown=shown) as channel:
        await channel.send(first)
        if not restart:
            await channel.send(second)
    if restart:
        async with running(fake, ear, shown=shown) as channel:
            await channel.send(second)


@pytest.mark.parametrize("restart", [False, True])
async def test_an_answer_that_replaces_another_is_put_in_its_place(
    fake: FakeTelegram, ear: Ear, chat: FakeChat, restart: bool
) -> None:
    await send_both(
        fake, ear, chat, Reply("one", buttons=["Yes"]), Reply("two", buttons=["No"]), restart=restart
    )
    (message,) = fake.shown(chat)
    assert (message.text, message.buttons, message.edits) == ("two", ["No"], 1)


async def test_a_longer_answer_goes_on_below_the_one_that_it_replaces(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    await send_both(fake, ear, chat, "short", LONG)
    assert len(seen(fake, chat)) > 1
    assert " ".join(seen(fake, chat)) == LONG
    assert fake.shown(chat)[0].edits == 1


async def test_of_a_longer_one_nothing_stays_beside_the_shorter_one(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    await send_both(fake, ear, chat, LONG, "short")
    assert seen(fake, chat) == ["short"]


async def test_files_of_the_earlier_answer_go_and_new_ones_come(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    await send_both(
        fake,
        ear,
        chat,
        Reply("one", attachments=[FILE]),
        Reply("two", attachments=[Attachment("b.txt", "text/plain", b"b")]),
    )
    assert seen(fake, chat) == ["two", "b.txt"]


async def test_a_text_that_replaces_a_picture_takes_it_away(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    await send_both(fake, ear, chat, Reply(attachments=[Attachment("p.png", "image/png", PNG)]), "in words")
    assert seen(fake, chat) == ["in words"]


async def test_an_answer_of_nothing_takes_the_earlier_one_away(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    await send_both(fake, ear, chat, LONG, Reply())
    assert seen(fake, chat) == []


async def test_what_can_be_neither_edited_nor_deleted_stays_and_the_new_one_comes(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    fake.fault("editMessageText", Refuse(400, "Bad Request: message can't be edited"))
    fake.fault("deleteMessage", Refuse(400, "Bad Request: message can't be deleted for everyone"))
    await send_both(fake, ear, chat, "one", "two")
    assert seen(fake, chat) == ["one", "two"]


async def test_what_nothing_is_known_of_is_sent_anew(fake: FakeTelegram, ear: Ear, chat: FakeChat) -> None:
    async with running(fake, ear) as channel:
        await channel.send(outgoing(at(chat), "two", replaces="telegram:5:1.abc:0"))
    assert seen(fake, chat) == ["two"]


@pytest.mark.parametrize("fault", [Flood(1), Lose()])
async def test_a_replacement_waits_and_repeats_like_any_message(
    fake: FakeTelegram, ear: Ear, chat: FakeChat, fault: Flood | Lose
) -> None:
    fake.fault("editMessageText", fault)
    await send_both(fake, ear, chat, "one", "two")
    assert seen(fake, chat) == ["two"]
    assert fake.impatient == 0


async def test_a_message_that_a_process_sent_before_it_ended_is_not_sent_again(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    shown = RecentlyShown()
    message = outgoing(at(chat), Reply(LONG, buttons=["Yes"], attachments=[FILE]))
    async with running(fake, ear, shown=shown) as channel:
        await channel.send(message)
    before = seen(fake, chat)
    async with running(fake, ear, shown=shown) as channel:
        await channel.send(message)
    assert seen(fake, chat) == before
    assert len(fake.called("sendDocument")) == 1


async def test_of_a_message_that_was_half_sent_only_the_rest_is_sent(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    shown = RecentlyShown()
    message = outgoing(at(chat), Reply("text", attachments=[FILE, Attachment("b.txt", "text/plain", b"b")]))
    async with running(fake, ear, shown=shown) as channel:
        await channel.send(message)
    last = fake.shown(chat).pop()
    chat.messages.remove(last)
    await shown.keep(at(chat), message.key, (await shown.of(at(chat), message.key))[:2])
    async with running(fake, ear, shown=shown) as channel:
        await channel.send(message)
    assert seen(fake, chat) == ["text", "a.txt", "b.txt"]


class Away(RecentlyShown):
    """A store that takes nothing."""

    async def keep(self, address: Address, key: str, ids: object) -> None:
        raise StoreUnavailable("away")


async def test_a_store_that_is_away_does_not_make_the_bot_repeat_itself(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    message: Outgoing = outgoing(at(chat), "once")
    async with running(fake, ear, shown=Away()) as channel:
        await channel.send(message)
        await channel.send(message)
    assert seen(fake, chat) == ["once"]


async def test_an_edit_that_failed_is_made_again_rather_than_a_second_message(
    fake: FakeTelegram, ear: Ear, chat: FakeChat
) -> None:
    """As in a running bot, where the sender tries again."""
    async with running(fake, ear, shown=RecentlyShown(), patience_seconds=0.0) as channel:
        first = outgoing(at(chat), "one")
        second = outgoing(at(chat), "two", replaces=first.key)
        await channel.send(first)
        fake.fault("editMessageText", Drop())
        with pytest.raises(ChannelError):
            await channel.send(second)
        await channel.send(second)
    assert seen(fake, chat) == ["two"]


async def test_a_deletion_that_failed_is_made_again(fake: FakeTelegram, ear: Ear, chat: FakeChat) -> None:
    async with running(fake, ear, shown=RecentlyShown(), patience_seconds=0.0) as channel:
        first = outgoing(at(chat), LONG)
        second = outgoing(at(chat), "short", replaces=first.key)
        await channel.send(first)
        fake.fault("deleteMessage", Drop())
        with pytest.raises(ChannelError):
            await channel.send(second)
        await channel.send(second)
    assert seen(fake, chat) == ["short"]
