"""What people change: edits, deletions, reactions, and answers that take the place of earlier ones."""

from __future__ import annotations

import pytest

from botcore.channels.discord.parts import Part
from botcore.channels.discord.posting import Posting
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Address, Deleted, Edited, Message, Outgoing, Reacted, Reply
from tests.discord_channel.conftest import Bot, Shown, outgoing


def take_place_of(bot: Bot, old: str, new: str, text: str) -> Outgoing:
    return Outgoing(key=new, address=bot.heard[0].address, reply=Reply(text), replaces=old)


def key_of_answer(bot: Bot) -> str:
    return next(key for _, key in bot.shown.kept)


async def test_an_edit_by_the_person_is_told_once_with_its_text(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    posted = await fake.say(dm, "ann", "helo")
    await fake.answered(dm)
    await fake.edit(posted, "hello")
    await fake.until(lambda: len(bot.heard) == 2)
    edited = bot.heard[1]
    assert isinstance(edited, Edited)
    assert (edited.message, edited.text, edited.address) == (str(posted.id), "hello", bot.heard[0].address)
    assert edited.person.name == "ann"


async def test_each_edit_is_an_event_of_its_own(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    posted = await fake.say(dm, "ann", "one")
    await fake.edit(posted, "two")
    await fake.edit(posted, "three")
    await fake.until(lambda: len(bot.heard) == 3)
    assert len({event.id for event in bot.heard}) == 3
    assert [one.text for one in bot.heard if isinstance(one, Edited)] == ["two", "three"]


async def test_an_edit_in_a_room_counts_only_where_it_is_for_the_bot(fake: FakeDiscord, bot: Bot) -> None:
    room = next(one for one in fake.world.channels.values() if one.kind == "text")
    among_people = await fake.say(room, "ann", "lunch?")
    for_the_bot = await fake.say(room, "ann", "helo", mention=True)
    await fake.answered(room)
    await fake.edit(among_people, "dinner?")
    await fake.edit(for_the_bot, "hello")
    await fake.until(lambda: len(bot.heard) == 2)
    assert [one.text for one in bot.heard if isinstance(one, Edited)] == ["hello"]


async def test_a_picture_that_discord_adds_to_a_link_is_no_edit(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    posted = await fake.say(dm, "ann", "see https://example.org")
    await fake.answered(dm)
    await fake._posting._announce("MESSAGE_UPDATE", posted)
    await fake.say(dm, "ann", "next")
    await fake.answered(dm, 2)
    assert all(isinstance(event, Message) for event in bot.heard)


async def test_a_deletion_by_the_person_is_told(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    posted = await fake.say(dm, "ann", "hello")
    await fake.answered(dm)
    await fake.delete(posted)
    await fake.until(lambda: len(bot.heard) == 2)
    deleted = bot.heard[1]
    assert isinstance(deleted, Deleted)
    assert (deleted.message, deleted.person.name) == (str(posted.id), "ann")


async def test_a_deletion_of_what_was_not_for_the_bot_is_not_told(fake: FakeDiscord, bot: Bot) -> None:
    room = next(one for one in fake.world.channels.values() if one.kind == "text")
    await fake.delete(await fake.say(room, "ann", "among people"))
    await fake.say(room, "ann", "hello", mention=True)
    await fake.answered(room)
    assert len(bot.heard) == 1


async def test_a_reaction_to_an_answer_names_the_answers_key(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "hello")
    await fake.answered(dm)
    await fake.until(lambda: bool(bot.shown.kept))
    answer = fake.shown(dm)[-1]
    await fake.react(answer, "ann", "👍")
    await fake.react(answer, "ann", ":party_parrot:123", taken_back=True)
    await fake.until(lambda: len(bot.heard) == 3)
    added, removed = bot.heard[1:]
    assert isinstance(added, Reacted)
    assert isinstance(removed, Reacted)
    assert (added.message, added.added) == (key_of_answer(bot), ("👍",))
    assert (removed.added, removed.removed) == ((), (":party_parrot:",))


async def test_reactions_to_what_people_say_to_each_other_are_not_told(fake: FakeDiscord, bot: Bot) -> None:
    room = next(one for one in fake.world.channels.values() if one.kind == "text")
    await fake.react(await fake.say(room, "ann", "lunch?"), "ben", "👍")
    await fake.say(room, "ann", "hello", mention=True)
    await fake.answered(room)
    await fake.react(fake.shown(room)[-1], "ben", "👍")
    await fake.until(lambda: len(bot.heard) == 2)
    assert isinstance(bot.heard[1], Reacted)
    assert bot.heard[1].person.name == "ben"


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 3), (3, 1), (3, 2)])
async def test_an_answer_that_replaces_another_stands_in_its_place(
    fake: FakeDiscord, bot: Bot, before: int, after: int
) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "old\n" * (400 * before))
    await fake.until(lambda: len(fake.answers(dm)) == before)
    await fake.until(lambda: bool(bot.shown.kept))
    await fake.until(lambda: len(next(iter(bot.shown.kept.values()))) == before)
    old_ids = [one.id for one in fake.shown(dm) if one.author == fake.world.bot]
    await bot.channel.send(take_place_of(bot, key_of_answer(bot), "new", "new\n" * (400 * after)))
    answers = fake.answers(dm)
    assert len(answers) == after
    assert all("old" not in text for text in answers)
    new_ids = [one.id for one in fake.shown(dm) if one.author == fake.world.bot]
    assert new_ids[: min(before, after)] == old_ids[: min(before, after)]
    assert bot.shown.kept[bot.heard[0].address, "new"] == tuple(map(str, new_ids))


async def test_an_answer_of_nothing_takes_the_earlier_one_away(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "old")
    await fake.answered(dm)
    await fake.until(lambda: bool(bot.shown.kept))
    await bot.channel.send(take_place_of(bot, key_of_answer(bot), "new", ""))
    assert fake.answers(dm) == []


async def test_an_answer_whose_old_one_was_deleted_comes_anew(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm("ann")
    await fake.say(dm, "ann", "old")
    await fake.answered(dm)
    await fake.until(lambda: bool(bot.shown.kept))
    await fake.delete(fake.shown(dm)[-1])
    await bot.channel.send(take_place_of(bot, key_of_answer(bot), "new", "new"))
    assert fake.answers(dm) == ["new"]


async def test_a_preview_goes_where_the_answer_stands_in_an_older_ones_place(
    fake: FakeDiscord, bot: Bot
) -> None:
    dm = fake.dm("ann")
    await bot.channel.send(outgoing(dm.id, Reply("old"), key="old"))
    await bot.channel.send(outgoing(dm.id, Reply("how far it ha"), key="preview"))
    old, preview = fake.shown(dm)
    posting = Posting(
        client=await bot.channel._supervisor.client(),
        chat=str(dm.id),
        key="new",
        preview=preview.id,
        standing=[str(old.id)],
    )
    await posting.post([Part("new")])
    assert fake.answers(dm) == ["new"]


async def test_what_was_shown_a_day_ago_is_edited_rather_than_repeated(fake: FakeDiscord) -> None:
    dm, shown = fake.dm("ann"), Shown()
    async with Bot(fake, shown).running() as bot:
        await fake.connected()
        address = Address("discord", str(dm.id))
        message = Outgoing(key="once", address=address, reply=Reply("hello"), at=1.0)
        await bot.channel.send(message)
        for one in fake.shown(dm):
            one.nonce = ""  # Discord has forgotten it
        await bot.channel.send(message)
        assert fake.answers(dm) == ["hello"]
