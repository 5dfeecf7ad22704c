"""What people do besides writing: they change it, take it back, react, let the bot in, throw it out."""

from __future__ import annotations

from typing import Any

import pytest

from botcore.channels.telegram import TelegramChannel
from botcore.channels.telegram.shown import RecentlyShown
from botcore.errors import MailboxFull, RateLimited, StoreUnavailable
from botcore.testing.fake_telegram import FakeChat, FakePerson, FakeTelegram
from botcore.types import Address, AnyEvent, Deleted, Edited, Message, Person, Reacted, Reply, Started
from tests.telegram_channel.conftest import Ear, another_poll, outgoing, running


def at(chat: FakeChat) -> Address:
    return Address("telegram", str(chat.id))


async def test_a_changed_message_names_the_one_that_was_changed(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    said = fake.say(fake.private(ann), ann, "hallo")
    fake.edit(said, "hello")
    said_event, changed = await ear.events(2)
    assert changed == Edited(
        id="tg:500002",
        address=said_event.address,
        person=Person(str(ann.id), "Ann", "en"),
        at=said.at,
        message=said_event.id,
        text="hello",
    )


async def test_a_change_in_a_group_is_heard_where_the_bot_is_meant(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, team = fake.person("Ann"), fake.group()
    aside = fake.say(team, ann, "among ourselves")
    fake.edit(aside, "still among ourselves")
    fake.edit(fake.say(team, ann, "@botcore_bot helo"), "@botcore_bot hello")
    events = await ear.events(2)
    assert [(type(event), event.text) for event in events if isinstance(event, Message | Edited)] == [
        (Message, "helo"),
        (Edited, "hello"),
    ]


async def test_a_place_that_moves_by_itself_is_no_change(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    said = fake.say(chat, ann, extra={"location": {"latitude": 52.5, "longitude": 13.4, "live_period": 60}})
    fake.edit(said, "")
    fake.say(chat, ann, "end")
    assert [type(event) for event in await ear.events(2)] == [Message, Message]


async def test_a_reaction_names_the_answer_that_it_is_about(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    await fake.until(lambda: fake.called("getUpdates"))
    answer = outgoing(at(chat), "an answer")
    await channel.send(answer)
    fake.react(fake.shown(chat)[0], ann, "👍")
    fake.react(fake.shown(chat)[0], ann, "🎉", "👏")
    first, second = await ear.events(2)
    assert isinstance(first, Reacted)
    assert isinstance(second, Reacted)
    assert (first.message, first.added, first.removed) == (answer.key, ("👍",), ())
    assert (second.message, second.added, second.removed) == (answer.key, ("🎉", "👏"), ("👍",))
    assert first.address == at(chat)


async def test_a_reaction_in_a_topic_belongs_to_the_conversation_of_the_topic(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, forum = fake.person("Ann"), fake.group(topics=("Help",))
    await fake.until(lambda: fake.called("getUpdates"))
    topic = Address("telegram", f"{forum.id}:{forum.topics['Help']}")
    answer = outgoing(topic, "an answer")
    await channel.send(answer)
    fake.react(fake.shown(forum)[0], ann, "👍")
    (reacted,) = await ear.events()
    assert isinstance(reacted, Reacted)
    assert (reacted.address, reacted.message) == (topic, answer.key)


async def test_in_a_group_reactions_to_others_are_not_the_bots_business(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann, team = fake.person("Ann"), fake.group()
    await fake.until(lambda: fake.called("getUpdates"))
    fake.react(fake.say(team, ann, "a joke"), ann, "😁")
    fake.say(team, ann, "/help")
    assert [type(event) for event in await ear.events()] == [Message]


async def test_a_reaction_in_a_private_chat_to_something_older_names_its_message(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    await fake.until(lambda: fake.called("getUpdates"))
    said = fake.say(chat, ann, "I wrote that")
    fake.react(said, ann, "❤")
    message, reacted = await ear.events(2)
    assert isinstance(reacted, Reacted)
    assert reacted.message == message.id


@pytest.mark.parametrize("refusal", [MailboxFull(1.0), RateLimited(1.0)])
async def test_too_many_reactions_are_passed_over_in_silence(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel, refusal: MailboxFull | RateLimited
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    await fake.until(lambda: fake.called("getUpdates"))
    said = fake.add(chat, ann, "earlier")
    ear.refusals = [refusal]
    fake.react(said, ann, "❤")
    fake.say(chat, ann, "end")
    await ear.events()
    assert ear.texts == ["end"]
    assert fake.said(chat) == []


# Business accounts


@pytest.fixture
def customer(fake: FakeTelegram) -> FakePerson:
    return fake.person("Carol")


@pytest.fixture
def shop(fake: FakeTelegram, customer: FakePerson) -> FakeChat:
    return fake.business(fake.person("Owner"), customer)


async def test_a_customer_of_a_business_account_is_heard_and_answered_in_its_name(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel, customer: FakePerson, shop: FakeChat
) -> None:
    private = fake.private(customer)
    fake.say(shop, customer, "are you open?")
    fake.say(shop, customer, "hello?")
    opened, first, second = await ear.events(3)
    assert isinstance(opened, Started), "nobody pressed Start: the bot may say first that it is one"
    assert ear.texts == ["are you open?", "hello?"]
    assert {event.address for event in (opened, first, second)} == {
        Address("telegram", f"{customer.id}::{shop.business}")
    }
    await channel.send(outgoing(first.address, Reply("Until eight.", buttons=["Thanks"])))
    assert fake.said(shop) == ["Until eight."]
    assert fake.said(private) == []
    fake.press(fake.shown(shop)[-1], "Thanks", person=customer)
    await ear.events(4)
    assert (ear.messages[-1].text, ear.messages[-1].address) == ("Thanks", first.address)


async def test_a_customer_is_greeted_once_even_over_a_restart(
    fake: FakeTelegram, ear: Ear, customer: FakePerson, shop: FakeChat
) -> None:
    shown = RecentlyShown()
    for text in ("one", "two"):
        async with running(fake, ear, shown=shown, poll_seconds=1):
            fake.say(shop, customer, text)
            await fake.until(lambda said=text: said in ear.texts)  # type: ignore[misc]  # bound now
            await another_poll(fake)
    assert [type(event) for event in ear.heard] == [Started, Message, Message]


async def test_what_the_owner_writes_to_the_customer_is_not_for_the_bot(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel, customer: FakePerson, shop: FakeChat
) -> None:
    assert shop.owner
    fake.say(shop, shop.owner, "I am here myself")
    fake.say(shop, customer, "good")
    await ear.events(2)
    assert ear.texts == ["good"]


async def test_what_a_customer_changes_and_deletes_is_told(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel, customer: FakePerson, shop: FakeChat
) -> None:
    one, two = fake.say(shop, customer, "one"), fake.say(shop, customer, "two")
    fake.edit(one, "uno")
    fake.erase(one, two)
    await ear.events(6)
    changed, *gone = ear.heard[3:]
    assert isinstance(changed, Edited)
    assert (changed.message, changed.text) == (ear.messages[0].id, "uno")
    assert [event.message for event in gone if isinstance(event, Deleted)] == [
        message.id for message in ear.messages
    ]
    assert {event.address for event in ear.heard} == {ear.messages[0].address}


@pytest.mark.parametrize("refusal", [MailboxFull(1.0), StoreUnavailable("away")])
async def test_a_deletion_is_never_passed_over(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel, customer: FakePerson, shop: FakeChat, refusal: Any
) -> None:
    said = fake.say(shop, customer, "my secret")
    await ear.events(2)
    ear.refusals = [refusal] * 3
    fake.erase(said)
    events: list[AnyEvent] = await ear.events(3)
    assert isinstance(events[-1], Deleted)


# Coming and going


async def test_who_lets_the_bot_into_a_group_opens_the_conversation(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    team = fake.group()
    fake.membership(team, fake.person("Ann"), inside=True)
    (event,) = await ear.events()
    assert isinstance(event, Started)
    assert event.address == at(team)


async def test_nothing_is_sent_to_who_threw_the_bot_out_until_they_let_it_in_again(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    fake.membership(chat, ann, inside=False)
    await fake.until(lambda: fake.updates.confirmed == 500_001)
    await channel.send(outgoing(at(chat), "are you there?"))
    assert fake.called("sendMessage") == []
    fake.membership(chat, ann, inside=True)
    await fake.until(lambda: fake.updates.confirmed == 500_002)
    await channel.send(outgoing(at(chat), "welcome back"))
    assert fake.said(chat) == ["welcome back"]


async def test_a_group_that_has_moved_keeps_its_conversation_over_a_restart(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann, team, shown = fake.person("Ann"), fake.group(), RecentlyShown()
    for _ in range(2):
        async with running(fake, ear, shown=shown):
            fake.say(team, ann, "/help")
            await fake.until(lambda: not fake.updates.waiting)
            team = fake.migrate(team)
            await fake.until(lambda: not fake.updates.waiting)
    async with running(fake, ear, shown=shown) as channel:
        fake.say(team, ann, "/help")
        await ear.events(3)
        assert len({event.address for event in ear.heard}) == 1
        await channel.send(outgoing(ear.heard[0].address, "still here"))
    assert fake.said(team) == ["still here"]


async def test_messages_that_are_counted_anew_are_not_taken_for_old_ones(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:
    """A Bot API server of one's own that lost its data begins at 1 again."""
    ann = fake.person("Ann")
    chat = fake.private(ann)
    said = fake.say(chat, ann, "before").as_json()
    fake.updates.push({"message": said | {"text": "after"}})
    events = await ear.events(2)
    assert ear.texts == ["before", "after"]
    assert events[0].id != events[1].id
