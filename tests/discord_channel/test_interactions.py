"""Interactions: restarts, menus, answers for one person only, and acknowledgements that go wrong."""

from __future__ import annotations

import asyncio

from botcore.errors import RateLimited
from botcore.testing.fake_discord import Channel, FakeDiscord
from botcore.types import Message
from tests.discord_channel.conftest import Bot


def general(fake: FakeDiscord) -> Channel:
    return next(one for one in fake.world.channels.values() if one.kind == "text")


async def synced(fake: FakeDiscord) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)


async def test_a_command_that_is_open_when_the_process_ends_is_answered_in_its_place(
    fake: FakeDiscord,
) -> None:
    dm = fake.dm("ann")
    first = Bot(fake)
    async with first.running():
        await synced(fake)
        first.held.clear()
        asked = await fake.slash(dm, "ann", "slow")
        await fake.until(lambda: bool(first.heard) and asked.acknowledged == "deferred")
    second = first.restarted()
    async with second.running():
        assert await fake.answered(dm) == ["/slow"]
        assert fake.shown(dm) == [asked.original]


async def test_of_two_answers_the_second_after_a_restart_does_not_take_the_place_of_the_first(
    fake: FakeDiscord,
) -> None:
    dm = fake.dm("ann")
    first = Bot(fake)
    async with first.running():
        await synced(fake)
        await fake.slash(dm, "ann", "echo", text="first")
        await fake.answered(dm)
    second = first.restarted()
    async with second.running():
        await fake.until(lambda: fake.gateway.identified == 2)
        await second.channel.send(second.answer_to(first.heard[0], "later", "second"))
        assert await fake.answered(dm, 2) == ["first", "second"]


async def test_a_private_answer_on_a_server_is_seen_by_who_asked_only(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    asked = await fake.slash(general(fake), "ann", "secret")
    await fake.answered(general(fake))
    assert asked.original is not None
    assert (asked.original.text, asked.original.ephemeral) == ("/secret", True)


async def test_a_private_answer_in_several_messages_stays_private(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    room = general(fake)
    asked = await fake.slash(room, "ann", "secret", text="word " * 900)
    await fake.until(lambda: bool(asked.followups))
    assert all(one.ephemeral for one in fake.shown(room))


async def test_a_private_answer_that_is_sent_again_stands_there_once(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    room = general(fake)
    await fake.slash(room, "ann", "secret", text="word " * 900)
    await fake.until(lambda: "".join(fake.answers(room)).count("word") == 900)
    await fake.until(lambda: len(bot.last_shown) == len(fake.answers(room)))
    before = fake.answers(room)
    again = bot.answer_to(bot.heard[0], bot.last_key, "/secret " + "word " * 900)
    await bot.channel.send(again)
    assert fake.answers(room) == before


async def test_a_refusal_on_a_server_is_seen_by_who_asked_only(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    bot.refusing += [RateLimited(5)]
    room = general(fake)
    await fake.slash(room, "ann", "help")
    await fake.answered(room)
    (notice,) = fake.shown(room)
    assert "send it again" in notice.text
    assert notice.ephemeral


async def test_the_menu_of_a_message_gives_its_text_to_the_command(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    room = general(fake)
    posted = await fake.say(room, "ben", "bonjour", files={"photo.png": b"1"})
    asked = await fake.menu(posted, "ann", "Translate")
    await fake.answered(room)
    event = bot.heard[0]
    assert isinstance(event, Message)
    assert (event.text, event.person.name) == ("/translate bonjour", "ann")
    assert event.attachments[0].name == "photo.png"
    assert asked.original is not None
    assert asked.original.ephemeral


async def test_menus_and_choices_are_registered_with_their_languages(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    by_name = {one["name"]: one for one in fake.world.commands}
    assert by_name["Translate"]["name_localizations"]["zh-CN"] == "翻译"
    assert by_name["Translate"]["type"] == 3
    chinese = by_name["lang"]["options"][0]["choices"][1]
    assert (chinese["name"], chinese["value"]) == ("Chinese", "zh")
    assert chinese["name_localizations"]["zh-TW"] == "中文"


async def test_people_may_install_the_bot_for_themselves(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    assert all(one["integration_types"] == [0, 1] for one in fake.world.commands)
    assert all(one["contexts"] == [0, 1, 2] for one in fake.world.commands)


async def test_where_the_bot_may_not_write_the_interaction_answers(fake: FakeDiscord, bot: Bot) -> None:
    await synced(fake)
    room = general(fake)
    fake.fail(
        "POST", f"/channels/{room.id}/messages", times=9, status=403, body={"code": 50001, "message": "no"}
    )
    asked = await fake.slash(room, "ann", "echo", text="word " * 900)
    await fake.until(lambda: len(asked.followups) == 2)
    assert "".join(fake.answers(room)).count("word") == 900


async def test_many_buttons_are_a_menu_that_outlives_a_restart(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    first = Bot(fake)
    async with first.running():
        await fake.connected()
        await fake.say(dm, "ann", "menu")
        await fake.answered(dm)
    question = fake.shown(dm)[-1]
    assert (len(question.menu), question.buttons) == (12, [])
    async with Bot(fake).running() as second:
        await fake.until(lambda: fake.gateway.identified == 2)
        await fake.choose(question, "Day 7")
        assert await fake.answered(dm, 2) == ["Which day?", "Day 7"]
        assert len(second.heard) == 1


async def test_more_than_a_menu_holds_is_written_as_numbers(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "many")
    (text,) = await fake.answered(dm)
    assert "40. Number 39" in text
    assert (fake.shown(dm)[-1].menu, fake.shown(dm)[-1].buttons) == ([], [])


async def test_an_acknowledgement_that_discord_has_already_is_none_to_repeat(
    fake: FakeDiscord, bot: Bot
) -> None:
    await synced(fake)
    dm = fake.dm("ann")
    fake.fail("POST", "/callback", status=502, after_storing=True)
    asked = await fake.slash(dm, "ann", "echo", text="once")
    assert await fake.answered(dm) == ["once"]
    callbacks = [status for _, path, status in fake.calls if path.endswith("/callback")]
    assert callbacks == [502, 400]
    assert fake.shown(dm) == [asked.original]


async def test_a_command_is_acknowledged_while_every_other_request_must_wait(
    fake: FakeDiscord, bot: Bot
) -> None:
    await synced(fake)
    ann, ben = fake.dm("ann"), fake.dm("ben")
    fake.fail("POST", "/messages", status=429, retry_after=3.0, everywhere=True)
    await fake.say(ben, "ben", "hello")
    await fake.until(lambda: any(one[2] == 429 for one in fake.calls))
    asked = await fake.slash(ann, "ann", "slow")
    await fake.until(lambda: asked.acknowledged == "deferred")
    assert asked.acknowledged_after < 1.0


async def test_the_stop_button_ends_a_growing_answer_and_goes_with_it(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    bot.held.clear()
    await fake.say(dm, "ann", "wait")
    await fake.until(lambda: bool(bot.heard))
    stops: list[str] = []
    note = stops.append

    async def listen() -> None:
        async for address in bot.live.stops():
            note(str(address))

    listening = asyncio.create_task(listen())
    await bot.grow("wa")
    await fake.answered(dm)
    growing = fake.shown(dm)[-1]
    assert growing.buttons == ["Stop"]
    asked = await fake.press(growing, "Stop")
    await fake.until(lambda: bool(stops))
    assert (stops, asked.acknowledged) == ([f"discord:{dm.id}"], "deferred update")
    await fake.until(lambda: fake.answers(dm) == ["_(Stopped.)_"])
    assert growing.buttons == []
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_growing_answer_whose_process_died_is_finished_by_the_next(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    first = Bot(fake)
    async with first.running():
        await fake.connected()
        first.held.clear()
        await fake.say(dm, "ann", "wait")
        await fake.until(lambda: bool(first.heard))
        await first.grow("wa")
        await fake.answered(dm)
        await first.grow("i", offset=2)
        await fake.until(lambda: fake.answers(dm) == ["wai"])
    async with first.restarted().running():
        await fake.until(lambda: fake.answers(dm) == ["wait"])
        assert fake.shown(dm)[-1].buttons == []
