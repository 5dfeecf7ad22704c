"""Where the bot listens and answers: threads, forums, channels of its own, shards; and who people are there."""

from __future__ import annotations

import time

from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Edited, Message
from tests.discord_channel.conftest import Bot


async def test_a_mention_may_begin_a_thread_in_which_the_conversation_goes_on(fake: FakeDiscord) -> None:
    room = fake.channel()
    async with Bot(fake, threads=True).running() as bot:
        await fake.connected()
        posted = await fake.say(room, "ann", "how do I return shoes?", mention=True)
        await fake.until(lambda: posted.id in fake.world.channels)
        thread = fake.world.channels[posted.id]
        assert await fake.answered(thread) == ["how do I return shoes?"]
        assert thread.name == "how do I return shoes?"
        assert fake.answers(room) == []
        await fake.say(thread, "ann", "and boots?")
        assert await fake.answered(thread, 2) == ["how do I return shoes?", "and boots?"]
        assert {str(event.address) for event in bot.heard} == {f"discord:{thread.id}"}


async def test_an_edit_of_what_began_a_thread_belongs_to_the_thread(fake: FakeDiscord) -> None:
    room = fake.channel()
    async with Bot(fake, threads=True).running() as bot:
        await fake.connected()
        posted = await fake.say(room, "ann", "shose", mention=True)
        await fake.until(lambda: len(bot.heard) == 1)
        await fake.edit(posted, "shoes")
        await fake.until(lambda: len(bot.heard) == 2)
        assert isinstance(bot.heard[1], Edited)
        assert bot.heard[1].address == bot.heard[0].address


async def test_where_no_thread_can_be_opened_the_answer_goes_to_the_channel(fake: FakeDiscord) -> None:
    room = fake.channel()
    async with Bot(fake, threads=True).running():
        await fake.connected()
        fake.fail("POST", "/threads", status=403, body={"code": 50013, "message": "Missing Permissions"})
        await fake.say(room, "ann", "hello", mention=True)
        assert await fake.answered(room) == ["hello"]


async def test_in_a_configured_channel_everything_is_for_the_bot(fake: FakeDiscord) -> None:
    support, other = fake.channel("support"), fake.channel("other")
    async with Bot(fake, channels=frozenset({support.id})).running() as bot:
        await fake.connected()
        await fake.say(other, "ann", "lunch?")
        await fake.say(support, "ann", "hello")
        assert await fake.answered(support) == ["hello"]
        assert len(bot.heard) == 1


async def test_a_post_in_a_configured_forum_is_read_with_its_title(fake: FakeDiscord) -> None:
    forum, other = fake.forum(), fake.forum("recipes")
    async with Bot(fake, channels=frozenset({forum.id})).running() as bot:
        await fake.connected()
        await fake.post(other, "ann", "Soup", "How long?")
        post = await fake.post(forum, "ann", "Returns", "How do I send shoes back?")
        assert await fake.answered(post.channel) == ["Returns\n\nHow do I send shoes back?"]
        await fake.say(post.channel, "ben", "me too")
        await fake.answered(post.channel, 2)
        assert [one.text for one in bot.heard if isinstance(one, Message)][1:] == ["me too"]


async def test_roles_and_permissions_are_the_persons_roles(fake: FakeDiscord) -> None:
    room = fake.channel()
    fake.user("ann", roles=("support",), permissions=1 << 5)
    fake.user("root", permissions=1 << 3)
    async with Bot(fake).running() as bot:
        await fake.until(lambda: fake.rest.syncs == 1)
        await fake.slash(room, "ann", "help")
        await fake.slash(room, "root", "help")
        await fake.say(room, "ann", "hello", mention=True)
        await fake.until(lambda: len(bot.heard) == 3)
        by_slash, administrator, by_message = (event.person.roles for event in bot.heard)
        assert by_slash == ("support", "discord:manage_guild")
        assert administrator[0] == "discord:administrator"
        assert "discord:moderate_members" in administrator
        assert by_message == ("support",)


async def test_several_shards_hear_their_own_part(fake: FakeDiscord) -> None:
    room, dm = fake.channel(), fake.dm("ann")
    async with Bot(fake, shards=2).running() as bot:
        await fake.until(lambda: len(fake.gateway.sessions) == 2, seconds=30)
        await fake.say(room, "ann", "on the server", mention=True)
        await fake.say(dm, "ann", "in private")
        assert await fake.answered(room) == ["on the server"]
        assert await fake.answered(dm) == ["in private"]
        assert len(bot.heard) == 2


async def test_typing_is_shown_soon_and_before_a_worker_has_time(fake: FakeDiscord, bot: Bot) -> None:
    room, dm = fake.dm("ann"), fake.dm("ben")
    bot.held.clear()
    began = time.monotonic()
    await fake.say(dm, "ben", "wait")
    await fake.until(lambda: dm in fake.typing)
    assert time.monotonic() - began < 2.0  # 0.2 s on an idle machine
    bot.held.set()
    await fake.say(room, "ann", "quick")
    await fake.answered(room)
    assert room not in fake.typing
