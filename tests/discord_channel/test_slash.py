"""Slash commands: registered from the plugins' commands, acknowledged at once, answered in place."""

from __future__ import annotations

import pytest

from botcore.errors import RateLimited
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Message
from tests.discord_channel.conftest import Bot


async def test_commands_are_registered_with_their_languages(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    registered = {one["name"]: one for one in fake.world.commands}
    assert set(registered) == {"help", "echo", "slow", "secret", "lang", "translate", "Translate"}
    assert registered["help"]["description_localizations"]["zh-CN"] == "我能做什么"
    assert len(registered["echo"]["description"]) == 100
    assert registered["slow"]["description"] == "slow"


async def test_commands_are_not_registered_again_where_nothing_changed(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    async with Bot(fake).running() as second:
        await fake.until(lambda: fake.calls.count(("GET", _path(fake), 200)) == 2)
        assert second.channel.ears._syncing is not None
        await second.channel.ears._syncing
    assert fake.rest.syncs == 1


def _path(fake: FakeDiscord) -> str:
    return f"/applications/{fake.world.bot.id}/commands"


async def test_a_slash_command_is_acknowledged_and_then_answered(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("ann")
    fake.user("ann")
    bot.held.clear()
    asked = await fake.slash(dm, "ann", "slow")
    await fake.until(lambda: asked.acknowledged == "deferred")
    assert asked.acknowledged_after < 1.0
    assert fake.answers(dm) == []
    bot.held.set()
    assert await fake.answered(dm) == ["/slow"]
    assert fake.shown(dm)[-1] is asked.original


async def test_the_option_of_a_command_is_what_follows_it(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("bea")
    asked = await fake.slash(dm, "bea", "echo", text="hello there")
    assert await fake.answered(dm) == ["hello there"]
    event = bot.heard[0]
    assert isinstance(event, Message)
    assert (event.id, event.text, event.person.locale) == (f"i{asked.id}", "/echo hello there", "en-US")


async def test_an_answer_after_fifteen_minutes_comes_as_a_message(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("ann")
    bot.held.clear()
    asked = await fake.slash(dm, "ann", "slow")
    await fake.until(lambda: asked.acknowledged == "deferred")
    fake.world.ahead += 1000
    bot.held.set()
    assert await fake.answered(dm) == ["/slow"]
    assert fake.shown(dm)[-1] is not asked.original


async def test_an_acknowledgement_that_comes_too_late_loses_no_answer(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("ann")
    fake.fail("POST", "/callback", status=404, body={"code": 10062, "message": "Unknown interaction"})
    await fake.slash(dm, "ann", "echo", text="still here")
    assert await fake.answered(dm) == ["still here"]


async def test_a_command_that_is_not_taken_says_so_in_its_place(fake: FakeDiscord, bot: Bot) -> None:
    await fake.until(lambda: fake.rest.syncs == 1)
    dm = fake.dm("ann")
    bot.refusing += [RateLimited(5)]
    asked = await fake.slash(dm, "ann", "help")
    await fake.answered(dm)
    assert asked.original is not None
    assert "send it again" in asked.original.text


async def test_a_command_that_the_bot_lacks_is_the_tests_own_mistake(fake: FakeDiscord, bot: Bot) -> None:
    with pytest.raises(LookupError, match="nonsense"):
        await fake.slash(fake.dm("ann"), "ann", "nonsense")
