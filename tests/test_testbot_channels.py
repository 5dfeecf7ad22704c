"""The same tests of a plugin, on every channel: over the simulated services, with the real libraries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from botcore import Attachment, Context, Plugin, Reacted, Reply, Started, Stream
from botcore.testing import CHANNELS, ChannelName, TestBot

plugin = Plugin("shop")


@plugin.command("echo")
async def echo(ctx: Context) -> str:
    """Say it back."""
    return ctx.args


@plugin.command("colour")
async def colour(ctx: Context) -> AsyncIterator[str | Reply]:
    """Choose a colour."""
    ctx.expect("chosen")
    yield "We have **two**."
    yield Reply("Which *one*?", buttons=["Red", "Blue"])


@plugin.followup("chosen")
async def chosen(ctx: Context) -> str:
    return f"{ctx.text} it is, {ctx.person.name or ctx.person.id}."


@plugin.command("story")
async def story(ctx: Context) -> Stream:
    """Tell a story."""

    async def pieces() -> AsyncIterator[str]:
        for word in ("Once ", "upon ", "a time."):
            yield word
            await asyncio.sleep(0.05)

    return Stream(pieces())


@plugin.command("long")
async def long(ctx: Context) -> str:
    return "\n\n".join(f"{number}. A line of a long answer, `{number}` of 300." for number in range(300))


@plugin.command("letter")
async def letter(ctx: Context) -> Reply:
    return Reply("Here it is.", attachments=[Attachment("letter.txt", "text/plain", b"Dear all," * 200)])


@plugin.event(Reacted)
async def reacted(ctx: Context) -> str | None:
    event = ctx.event
    assert isinstance(event, Reacted)
    return f"You mean {event.added[0]}." if event.added else None


@plugin.fallback
async def other(ctx: Context) -> str:
    files = ", ".join(f"{one.name} ({one.media_type})" for one in ctx.attachments)
    ctx.state["n"] = ctx.state.get("n", 0) + 1
    return f"{ctx.text}! {files}".strip() + f" #{ctx.state['n']}"


@plugin.event(Started)
async def welcome(ctx: Context) -> str:
    return "Welcome."


@plugin.command("later")
async def later(ctx: Context) -> str:
    ctx.schedule(60, "tea")
    return "In a minute."


@plugin.timer("tea")
async def tea(ctx: Context) -> str:
    return "The tea is ready."


@pytest.fixture(params=[None, *CHANNELS], ids=str)
async def bot(request: pytest.FixtureRequest) -> AsyncIterator[TestBot]:
    channel: ChannelName | None = request.param
    async with TestBot(plugin, channel=channel) as bot:
        yield bot


async def test_a_command_is_answered(bot: TestBot) -> None:
    assert await bot.say("/echo hello *there*") == "hello *there*"
    assert bot.transcript().splitlines()[-1] == "botcore: hello there"


async def test_a_pressed_button_says_its_text_and_people_see_words_rather_than_markup(bot: TestBot) -> None:
    question = await bot.say("/colour")
    assert question.buttons == ["Red", "Blue"]
    assert await bot.press("Blue") == "Blue it is, person."
    seen = bot.transcript()
    assert "botcore: We have two.\nbotcore: Which one?\n" in seen
    assert "*" not in seen
    assert seen.endswith("botcore: Blue it is, person.")


async def test_a_button_that_is_not_there_can_not_be_pressed(bot: TestBot) -> None:
    await bot.say("/colour")
    with pytest.raises(LookupError, match="Green"):
        await bot.press("Green")


async def test_an_answer_that_grows_ends_as_one_message(bot: TestBot) -> None:
    assert await bot.say("/story") == "Once upon a time."
    assert bot.transcript().count("Once upon a time.") == 1


async def test_a_long_answer_loses_no_line(bot: TestBot) -> None:
    answer = await bot.say("/long")
    assert answer.count("\n\n") == 299
    seen = bot.transcript()
    assert "A line of a long answer, 299 of 300." in seen or ".md" in seen


async def test_files_go_both_ways(bot: TestBot) -> None:
    picture = Attachment("dot.txt", "text/plain", b"hello")
    assert (await bot.say("look", attachments=[picture])).startswith("look! dot.txt (")
    answer = await bot.say("/letter")
    assert answer.replies[0].attachments[0].name == "letter.txt"
    assert "letter.txt" in bot.transcript()


async def test_chats_are_apart_and_a_group_has_many_people(bot: TestBot) -> None:
    assert (await bot.say("a")).endswith("#1")
    assert (await bot.say("b")).endswith("#2")
    assert (await bot.say("c", chat="team")).endswith("#1")
    if bot.address().channel != "web":  # where every session is one visitor's
        assert (await bot.say("d", chat="team", person="Ben")).endswith("#2")
        assert "Ben: " in bot.transcript(chat="team")


async def test_what_the_bot_says_by_itself_arrives(bot: TestBot) -> None:
    await bot.say("/later")
    assert await bot.later(60) == "The tea is ready."
    assert bot.transcript().endswith("botcore: The tea is ready.")


async def test_an_opened_chat_is_an_event(bot: TestBot) -> None:
    assert await bot.start() == "Welcome."
    assert await bot.start(chat="team") == "Welcome."


async def test_an_edited_message_is_answered_anew_in_the_place_of_the_old_answer(bot: TestBot) -> None:
    first = await bot.say("/echo one")
    if bot.address().channel == "web":
        with pytest.raises(ValueError, match="change"):
            await bot.edit("/echo two")
        return
    second = await bot.edit("/echo two")
    assert (second, second.replaces) == ("two", first.keys)
    assert "one" not in bot.transcript()
    await bot.say("/echo three")
    await bot.edit("/echo first", message=first.id)
    assert bot.transcript().startswith("person: /echo first\nbotcore: two\n")


async def test_a_deleted_message_is_gone(bot: TestBot) -> None:
    await bot.say("/echo one")
    if bot.address().channel in {"web", "telegram"}:
        with pytest.raises(ValueError, match="take a message back"):
            await bot.delete()
        return
    assert await bot.delete() == ""
    assert bot.transcript() == "botcore: one"


async def test_a_reaction_is_heard(bot: TestBot) -> None:
    await bot.say("/echo one")
    if bot.address().channel == "web":
        with pytest.raises(ValueError, match="no reactions"):
            await bot.react("👍")
        return
    assert await bot.react("👍") == "You mean 👍."


async def test_who_opens_a_chat_is_welcomed_in_the_language_of_their_app_or_server(bot: TestBot) -> None:
    for number, (locale, language) in enumerate({"de": "de", "zh-CN": "zh", "": "en"}.items()):
        welcome = await bot.start(chat=f"chat {number}", person=f"person {number}", locale=locale)
        assert welcome.summary.language == language


async def test_a_private_chat_on_discord_can_not_be_opened_without_a_word() -> None:
    async with TestBot(plugin, channel="discord") as bot:
        await bot.say("hello")
        with pytest.raises(ValueError, match="begin with a word"):
            await bot.start()


async def test_this_environment_has_every_channel() -> None:
    assert set(CHANNELS) == {"discord", "telegram", "web"}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_nobody_can_send_is_refused_at_once(channel: ChannelName) -> None:
    async with TestBot(plugin, channel=channel) as bot:
        with pytest.raises(ValueError, match="message"):
            await bot.say("")
        with pytest.raises(ValueError, match=r"message|characters"):
            await bot.say("x" * 100_000)
