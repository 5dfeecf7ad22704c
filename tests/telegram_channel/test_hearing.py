"""What the bot hears of what people do."""

from __future__ import annotations

import pytest

from botcore.channels.telegram import TelegramChannel
from botcore.testing.fake_telegram import FakeTelegram
from botcore.types import Address, Message, Person, Reply, Started
from tests.telegram_channel.conftest import Ear, outgoing

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100

pytestmark = pytest.mark.usefixtures("channel")


async def test_a_private_message_tells_who_says_what_where(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann", language="de")
    said = fake.say(fake.private(ann), ann, "Guten Tag 🙂")
    message = await ear.message()
    assert message == Message(
        id="tg:1001.1",
        address=Address("telegram", str(ann.id)),
        person=Person(str(ann.id), "Ann", "de"),
        at=said.at,
        text="Guten Tag 🙂",
    )
    assert ear.limit_keys == [f"telegram:{ann.id}"]


async def test_start_opens_a_conversation(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    fake.say(fake.private(ann), ann, "/start")
    assert isinstance((await ear.events())[0], Started)


async def test_an_update_is_forgotten_by_telegram_only_after_the_intake_has_it(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    fake.say(fake.private(ann), ann, "hello")
    await ear.events()
    await fake.until(lambda: fake.updates.confirmed == 500_001)
    assert fake.updates.waiting == []


async def test_messages_of_a_chat_keep_their_order(fake: FakeTelegram, ear: Ear) -> None:
    people = [fake.person(f"P{number}") for number in range(5)]
    for number in range(40):
        for person in people:
            fake.say(fake.private(person), person, str(number))
    await ear.events(200)
    for person in people:
        mine = [one.text for one in ear.messages if one.address.chat == str(person.id)]
        assert mine == [str(number) for number in range(40)]


async def test_a_group_is_heard_only_where_the_bot_is_meant(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, team = fake.person("Ann"), fake.group("Team")
    fake.say(team, ann, "not for the bot")
    fake.say(team, ann, "@somebody_else are you there?")
    fake.say(team, ann, "/help@other_bot")
    fake.say(team, ann, "👋 @Botcore_Bot, what time is it?")
    fake.say(team, ann, "/help@botcore_bot me now")
    fake.say(team, ann, "/reset")
    fake.say(team, ann, "@botcore_bot /lang de")
    await ear.events(4)
    await channel.send(outgoing(Address("telegram", str(team.id)), "It is late."))
    answer = fake.shown(team)[-1]
    fake.say(team, ann, "thanks", reply_to=answer)
    await ear.events(5)
    assert ear.texts == ["👋 , what time is it?", "/help me now", "/reset", "/lang de", "thanks"]
    assert {message.address for message in ear.messages} == {Address("telegram", str(team.id))}


async def test_a_topic_is_a_conversation_of_its_own(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, forum = fake.person("Ann"), fake.group("Forum", topics=("Help", "Ideas"))
    fake.say(forum, ann, "@botcore_bot one", topic="Help")
    fake.say(forum, ann, "@botcore_bot two", topic="Ideas")
    await ear.events(2)
    addresses = [message.address for message in ear.messages]
    assert addresses == [
        Address("telegram", f"{forum.id}:{forum.topics[topic]}") for topic in ("Help", "Ideas")
    ]
    await channel.send(outgoing(addresses[1], "an idea"))
    assert fake.shown(forum)[-1].thread == forum.topics["Ideas"]


async def test_the_first_message_of_a_topic_that_the_bot_opened_is_no_reply_to_it(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann, forum = fake.person("Ann"), fake.group("Forum", topics=("Help",))
    opened = fake.add(forum, fake.bot, extra={"forum_topic_created": {"name": "Help"}})
    fake.say(forum, ann, "not for the bot", topic="Help", reply_to=opened)
    fake.say(forum, ann, "/help", topic="Help")
    await ear.events()
    assert ear.texts == ["/help"]


async def test_other_bots_and_service_messages_are_not_heard(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.say(chat, fake.bot, "I say something myself")
    fake.say(chat, ann, "", extra={"pinned_message": {"message_id": 1, "date": 0, "chat": chat.as_json()}})
    fake.say(chat, ann, "first")
    fake.say(chat, ann, "second")
    await ear.events(2)
    assert ear.texts == ["first", "second"]


async def test_a_location_a_contact_and_a_sticker_become_words(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.say(chat, ann, extra={"location": {"latitude": 52.5, "longitude": 13.4}})
    fake.say(chat, ann, extra={"contact": {"phone_number": "+49 30 1", "first_name": "Bo"}})
    fake.say(chat, ann, extra={"sticker": {"emoji": "👍", "file_id": "s", "file_unique_id": "s"}})
    await ear.events(3)
    assert ear.texts == ["geo:52.5,13.4", "Bo: +49 30 1", "👍"]


async def test_a_group_that_moves_keeps_its_conversation(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, team = fake.person("Ann"), fake.group("Team")
    fake.say(team, ann, "/help")
    await ear.events()
    moved = fake.migrate(team)
    fake.say(moved, ann, "/help")
    await ear.events(2)
    before, after = (message.address for message in ear.messages)
    assert before == after
    await channel.send(outgoing(before, "still here"))
    assert fake.said(moved) == ["still here"]


async def test_pressing_a_button_says_its_text(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:

    ann = fake.person("Ann")
    chat = fake.private(ann)
    long = "Ja, ich möchte eine sehr ausführliche Erklärung von allem hören"
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply("More?", buttons=["Yes", long])))
    asked = fake.shown(chat)[-1]
    assert asked.buttons == ["Yes", long]
    press = fake.press(asked, long)
    await ear.events()
    assert ear.texts == [long]
    assert ear.messages[0].person.id == str(ann.id)
    await fake.until(lambda: press in fake.answered)
    assert fake.answered[press] == ""


async def test_a_button_of_an_old_message_is_answered_with_a_notice(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:

    ann = fake.person("Ann")
    chat = fake.private(ann)
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply("More?", buttons=["Yes"])))
    press = fake.press(fake.shown(chat)[-1], "Yes")
    pressed = fake.updates.waiting[-1]["callback_query"]
    pressed["message"] = {"chat": chat.as_json(), "message_id": 1, "date": 0}
    await fake.until(lambda: press in fake.answered)
    assert "expired" in fake.answered[press]
    assert ear.heard == []


async def test_who_answers_numbered_choices_by_a_number_says_the_choice(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    choices = ["Yes", "No, since " + "it is complicated " * 5]
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply("Well?", buttons=choices)))
    assert fake.shown(chat)[-1].buttons == []
    assert "2. No, since" in fake.said(chat)[-1]
    fake.say(chat, ann, "2.")
    await ear.events()
    await channel.send(outgoing(Address("telegram", str(chat.id)), "I see. How many?"))
    fake.say(chat, ann, "2")
    await ear.events(2)
    assert ear.texts == [choices[1], "2"]
