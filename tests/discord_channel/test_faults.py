"""What goes wrong between the bot and Discord, and what the person sees of it."""

from __future__ import annotations

import pytest

from botcore.errors import ChannelError
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Reply
from tests.discord_channel.conftest import Bot, outgoing


async def test_what_is_said_while_the_connection_is_broken_is_answered_after_resuming(
    fake: FakeDiscord, bot: Bot
) -> None:
    dm = fake.dm("ann")
    await fake.gateway.drop()
    await fake.say(dm, "ann", "are you there?")
    assert await fake.answered(dm) == ["are you there?"]
    assert (fake.gateway.identified, fake.gateway.resumed) == (1, 1)


async def test_the_gateway_may_ask_to_reconnect(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.gateway.reconnect()
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    await fake.until(lambda: fake.gateway.resumed == 1)


async def test_messages_that_no_session_told_are_read_again(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "one")
    await fake.answered(dm)
    await fake.gateway.invalidate(resumable=False)
    await fake.say(dm, "ann", "two")
    await fake.say(dm, "ann", "three")
    assert await fake.answered(dm, 3) == ["one", "two", "three"]
    assert fake.gateway.identified == 2
    assert len(bot.heard) == 3


async def test_an_event_that_cant_be_read_is_skipped(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.gateway.dispatch("MESSAGE_CREATE", {"id": "no number", "channel_id": "1"})
    await fake.gateway.dispatch("GUILD_CREATE", {"id": None})
    await fake.gateway.dispatch("INTERACTION_CREATE", {"id": "1", "type": 2})
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    assert (fake.gateway.identified, fake.gateway.resumed) == (1, 0)


async def test_a_crash_of_the_client_is_a_pause_and_not_the_end(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "one")
    await fake.answered(dm)
    await fake.gateway.send_garbage("this is no JSON")
    await fake.say(dm, "ann", "two")
    assert await fake.answered(dm, 2) == ["one", "two"]
    assert fake.gateway.identified == 2


async def test_a_silent_gateway_is_left_for_a_new_connection() -> None:
    async with FakeDiscord(heartbeat_seconds=0.2) as fake:
        dm = fake.dm("ann")
        async with Bot(fake, heartbeat_timeout=0.5).running():
            await fake.connected()
            await fake.say(dm, "ann", "one")
            await fake.answered(dm)
            fake.gateway.answers_heartbeats = False
            await fake.until(lambda: fake.gateway.resumed > 0)
            fake.gateway.answers_heartbeats = True
            await fake.say(dm, "ann", "two")
            assert await fake.answered(dm, 2) == ["one", "two"]


async def test_a_refused_token_is_tried_again_and_heals(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.revoke("another.token")
    await fake.until(lambda: ("GET", "/users/@me", 401) in fake.calls)
    await fake.until(lambda: "discord.token" in bot.channel.health())
    fake.token = fake.gateway.token = bot.options.token
    await fake.until(lambda: fake.gateway.identified == 2)
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    assert bot.channel.health() == ""


async def test_without_the_content_intent_the_bot_still_hears_what_is_for_it(fake: FakeDiscord) -> None:
    fake.gateway.refuse_content_intent = True
    room = fake.channel()
    async with Bot(fake).running() as bot:
        await fake.connected()
        await fake.say(room, "ann", "among us")
        await fake.say(room, "ann", "hello", mention=True)
        assert await fake.answered(room) == ["hello"]
        assert len(bot.heard) == 1


async def test_an_answer_whose_confirmation_was_lost_stands_there_once(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    fake.fail("POST", "/messages", status=502, after_storing=True)
    await fake.say(dm, "ann", "hello")
    await fake.until(lambda: _posts(fake, 200) == 1)
    assert fake.answers(dm) == ["hello"]
    assert _posts(fake, 502) == 1


def _posts(fake: FakeDiscord, status: int) -> int:
    return len(
        [one for one in fake.calls if one[0] == "POST" and one[1].endswith("/messages") and one[2] == status]
    )


async def test_a_slash_answer_whose_confirmation_was_lost_stands_there_once(
    fake: FakeDiscord, bot: Bot
) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("ann")
    fake.fail("PATCH", "@original", status=502, after_storing=True)
    await fake.slash(dm, "ann", "echo", text="once")
    await fake.until(lambda: any(one[1].endswith("@original") and one[2] == 200 for one in fake.calls))
    assert fake.answers(dm) == ["once"]


async def test_a_rate_limit_is_waited_for(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    fake.fail("POST", "/messages", status=429, retry_after=0.4)
    await fake.say(dm, "ann", "hello")
    assert await fake.answered(dm) == ["hello"]
    assert fake.limits.too_early == 0


async def test_a_limit_for_everything_is_waited_for(fake: FakeDiscord, bot: Bot) -> None:
    ann, ben = fake.dm("ann"), fake.dm("ben")
    fake.fail("POST", "/messages", status=429, retry_after=0.4, everywhere=True)
    await fake.say(ann, "ann", "one")
    await fake.until(lambda: any(one[2] == 429 for one in fake.calls))
    await fake.say(ben, "ben", "two")
    assert await fake.answered(ann) == ["one"]
    assert await fake.answered(ben) == ["two"]
    assert fake.limits.too_early == 0


async def test_an_answer_that_discord_does_not_take_now_may_be_tried_again(
    fake: FakeDiscord, bot: Bot
) -> None:
    fake.fail("POST", "/messages", status=503)
    with pytest.raises(ChannelError, match="503"):
        await bot.channel.send(outgoing(fake.dm("ann").id, Reply("hello")))


async def test_a_message_whose_form_is_refused_reaches_the_person_as_a_file(
    fake: FakeDiscord, bot: Bot
) -> None:
    dm = fake.dm("ann")
    fake.fail("POST", "/messages", status=400, body={"code": 50035, "message": "Invalid Form Body"})
    await bot.channel.send(outgoing(dm.id, Reply("hello")))
    (file,) = fake.shown(dm)[-1].files
    assert file.data == b"hello"
