"""What a person on Discord sees of the bot."""

from __future__ import annotations

import pytest

from botcore.conversation import reference
from botcore.errors import MailboxFull, RateLimited, StoreUnavailable
from botcore.testing.fake_discord import Channel, FakeDiscord
from botcore.types import Message, Outgoing, Reply, Started
from tests.discord_channel.conftest import Bot, outgoing


def general(fake: FakeDiscord) -> Channel:
    return next(one for one in fake.world.channels.values() if one.kind == "text")


async def test_a_direct_message_is_answered_there(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    posted = await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    (event,) = bot.heard
    assert event.id == str(posted.id)
    assert event.person.name == "ann"
    assert str(event.address) == f"discord:{dm.id}"


async def test_a_mention_on_a_server_is_answered_without_the_mention(fake: FakeDiscord, bot: Bot) -> None:
    room = general(fake)
    fake.user("ann", roles=("support",))
    await fake.say(room, "ann", "not for the bot")
    await fake.say(room, "ann", "/echo hi", mention=True)
    assert await fake.answered(room) == ["hi"]
    assert [event.text for event in bot.heard if isinstance(event, Message)] == ["/echo hi"]


async def test_what_the_bot_says_by_itself_in_a_room_answers_nothing(fake: FakeDiscord, bot: Bot) -> None:
    room = general(fake)
    await fake.say(room, "ann", "hello", mention=True)
    await fake.answered(room)
    address = bot.heard[-1].address
    await bot.channel.send(Outgoing(key="reminder", address=address, reply=Reply("It is time.")))
    assert await fake.answered(room, 2) == ["hello", "It is time."]
    assert not fake.shown(room)[-1].reply_to


async def test_an_answer_in_a_room_shows_what_it_answers(fake: FakeDiscord, bot: Bot) -> None:
    room = general(fake)
    posted = await fake.say(room, "ann", "hello", mention=True)
    await fake.answered(room)
    assert fake.shown(room)[-1].reply_to == posted.id


async def test_a_reply_to_the_bot_is_for_the_bot_even_without_a_ping(fake: FakeDiscord, bot: Bot) -> None:
    room = general(fake)
    await fake.say(room, "ann", "first", mention=True)
    await fake.answered(room)
    await fake.say(room, "ben", "second", reply_to=fake.shown(room)[-1], ping=False)
    assert await fake.answered(room, 2) == ["first", "second"]


async def test_a_bare_mention_begins_a_conversation(fake: FakeDiscord, bot: Bot) -> None:
    room = general(fake)
    await fake.say(room, "ann", "", mention=True)
    assert await fake.answered(room) == ["(started)"]
    assert isinstance(bot.heard[0], Started)


async def test_the_bots_own_thread_is_for_the_bot(fake: FakeDiscord) -> None:
    room = fake.channel()
    ours, theirs = fake.thread(room), fake.thread(room, owner=fake.user("ann"))
    async with Bot(fake).running() as bot:
        await fake.connected()
        await fake.say(theirs, "ann", "among us")
        await fake.say(theirs, "ann", "and you?", mention=True)
        await fake.say(ours, "ann", "hello")
        assert await fake.answered(theirs) == ["and you?"]
        assert await fake.answered(ours) == ["hello"]
        assert len(bot.heard) == 2


async def test_bots_and_system_messages_are_not_answered(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    fake.user("other", bot=True)
    await fake.say(dm, "other", "I am a bot too")
    await fake.say(dm, "ann", "pinned a message", system=6)
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    assert len(bot.heard) == 1


async def test_messages_of_one_chat_keep_their_order(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    said = [f"number {number}" for number in range(8)]
    for text in said:
        await fake.say(dm, "ann", text)
    assert await fake.answered(dm, 8) == said


async def test_files_of_a_person_come_along_with_the_type_that_they_have(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    sent = {"notes.txt": b"12", "picture.exe": b"\x89PNG\r\n\x1a\n...", "large.txt": b"x" * 1_000_001}
    await fake.say(dm, "ann", "look", files=sent)
    await fake.answered(dm)
    event = bot.heard[0]
    assert isinstance(event, Message)
    notes, picture, large = event.attachments
    assert (notes.name, notes.data) == ("notes.txt", b"12")
    assert (picture.media_type, picture.data) == ("image/png", sent["picture.exe"])
    assert (large.data, large.url.startswith(fake.url)) == (b"", True)


async def test_nobody_is_pinged_by_what_the_bot_says(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    ann = fake.user("ann")
    await fake.say(dm, "ann", f"@everyone and <@{ann.id}>")
    await fake.answered(dm)
    answer = fake.shown(dm)[-1]
    assert (answer.everyone, list(answer.mentions)) == (False, [])


async def test_pressing_a_button_says_its_text(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "choose")
    await fake.answered(dm)
    question = fake.shown(dm)[-1]
    assert question.buttons == ["Red", "Blue"]
    asked = await fake.press(question, "Blue")
    assert await fake.answered(dm, 2) == ["Which one?", "Blue"]
    assert asked.acknowledged_after < 1.0


async def test_buttons_still_work_after_a_restart(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    async with Bot(fake).running():
        await fake.connected()
        await fake.say(dm, "ann", "choose")
        await fake.answered(dm)
    async with Bot(fake).running():
        await fake.until(lambda: fake.gateway.identified == 2)
        await fake.press(fake.shown(dm)[-1], "Red")
        assert await fake.answered(dm, 2) == ["Which one?", "Red"]


async def test_a_long_answer_comes_as_several_messages_with_nothing_lost(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "count")
    await fake.until(lambda: any("line 499" in text for text in fake.answers(dm)))
    answers = fake.answers(dm)
    assert len(answers) > 1
    assert max(map(len, answers)) <= 2000
    assert "\n".join(answers).split("\n") == [f"line {number}" for number in range(500)]


async def test_a_very_long_answer_comes_as_a_file(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "book")
    await fake.answered(dm)
    (file,) = fake.shown(dm)[-1].files
    assert file.data.decode().count("a long story") == 2000


async def test_who_writes_too_much_is_told_once(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.refusing += [RateLimited(20), RateLimited(20), RateLimited(20)]
    for number in range(3):
        await fake.say(dm, "ann", f"spam {number}")
    await fake.say(dm, "ann", "hello")
    notice, answer = await fake.answered(dm, 2)
    assert "within the next 20 s" in notice
    assert answer == "hello"


async def test_a_chinese_message_is_refused_in_chinese(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.refusing += [MailboxFull(3)]
    await fake.say(dm, "ann", "你好")
    assert "请稍后再发一次" in (await fake.answered(dm))[0]


async def test_a_message_is_held_while_the_store_is_away(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.refusing += [StoreUnavailable("away"), StoreUnavailable("away")]
    await fake.say(dm, "ann", "one")
    await fake.say(dm, "ann", "two")
    assert await fake.answered(dm, 2) == ["one", "two"]


async def test_typing_is_shown_while_an_answer_takes_long(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.held.clear()
    await fake.say(dm, "ann", "wait")
    await fake.until(lambda: dm in fake.typing)
    bot.held.set()
    assert await fake.answered(dm) == ["wait"]


async def test_a_growing_answer_is_one_message_that_is_edited(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.held.clear()
    await fake.say(dm, "ann", "wait")
    await fake.until(lambda: bool(bot.heard))
    event = bot.heard[0]
    key = f"{event.address}:0.{reference(event.address, event.id)[:6]}:0"
    for offset, piece in ((0, "wa"), (2, "i")):
        data = {"id": key, "text": piece, "offset": offset, "in_reply_to": event.id}
        await bot.live.publish(event.address, "delta", data)
    assert await fake.answered(dm) == ["wai"]
    bot.held.set()
    await fake.until(lambda: fake.answers(dm) == ["wait"])
    assert fake.shown(dm)[-1].edits == 1


async def test_sending_the_same_message_again_shows_it_once(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    message = outgoing(dm.id, Reply("x" * 3000, buttons=["Yes"]))
    await bot.channel.send(message)
    await bot.channel.send(message)
    assert "".join(fake.answers(dm)) == "x" * 3000


async def test_a_chat_that_is_gone_does_not_hold_up_the_rest(fake: FakeDiscord, bot: Bot) -> None:
    await bot.channel.send(outgoing(123456789, Reply("anybody there?")))
    dm = fake.dm("ann")
    await bot.channel.send(outgoing(dm.id, Reply("hello")))
    assert fake.answers(dm) == ["hello"]


@pytest.mark.parametrize(
    "text", ["\ud800 lone", "a\x00b", "\u202eabc", "`" * 3000, "😀" * 1500, "@everyone " * 300]
)
async def test_any_text_can_be_shown(fake: FakeDiscord, bot: Bot, text: str) -> None:
    dm = fake.dm("ann")
    await bot.channel.send(outgoing(dm.id, Reply(text, buttons=["\ud800", "x" * 200])))
    assert fake.answers(dm)
    assert all(len(shown) <= 2000 for shown in fake.answers(dm))


async def test_an_empty_answer_shows_nothing(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "nothing")
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
