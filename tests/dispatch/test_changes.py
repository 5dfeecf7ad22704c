"""What becomes of a message that the person edits or deletes, and of reactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel, Field

from botcore import Context, Deleted, Edited, Plugin, Reacted, Stream
from botcore.testing import TestBot
from botcore.types import Address, Person, WhileAnswering


class Echo:
    """Tells what it hears and what it remembers; `wait` holds it until it is let go."""

    def __init__(self, mode: WhileAnswering = "queue") -> None:
        self.plugin = Plugin("echo", while_answering=mode)
        self.began, self.go_on = asyncio.Event(), asyncio.Event()
        self.heard: list[str] = []
        self.plugin.command("tell")(self.tell)
        self.plugin.command("three")(self.three)
        self.plugin.fallback(self.echo)

    async def echo(self, ctx: Context) -> str:
        self.heard.append(ctx.text)
        if "wait" in ctx.text:
            self.began.set()
            await self.go_on.wait()
        ctx.state["count"] = ctx.state.get("count", 0) + 1
        return f"{ctx.text} {ctx.state['count']} after [{read(ctx)}]"

    async def tell(self, ctx: Context) -> Stream:
        return Stream(self._pieces(ctx.args))

    async def _pieces(self, args: str) -> AsyncIterator[str]:
        yield f"Once upon {args}"
        self.began.set()
        await self.go_on.wait()
        yield " a time."

    async def three(self, ctx: Context) -> AsyncIterator[str]:
        for number in range(int(ctx.args)):
            yield f"part {number}"


def read(ctx: Context) -> str:
    return " | ".join(entry.text for entry in ctx.history)


async def waiting_behind(echo: Echo, bot: TestBot) -> asyncio.Task[str]:
    """Keeps the bot busy, so that what comes now waits."""
    busy: asyncio.Task[str] = asyncio.create_task(bot.say("wait"))
    await echo.began.wait()
    return busy


async def asked(bot: TestBot, text: str) -> asyncio.Task[str]:
    """Said, and in the mailbox."""
    saying: asyncio.Task[str] = asyncio.create_task(bot.say(text))
    await asyncio.sleep(0)
    return saying


async def test_a_message_that_is_edited_before_its_turn_is_answered_once_as_it_reads_now() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        busy = await waiting_behind(echo, bot)
        saying = await asked(bot, "helo")
        edits = [asyncio.create_task(bot.edit(text)) for text in ("hallo", "hello")]
        await asyncio.sleep(0)
        echo.go_on.set()
        await busy
        assert (await saying).startswith("hello 2 after [wait")
        assert [await edit for edit in edits] == ["", ""]
        assert echo.heard == ["wait", "hello"]
        assert "| hello | hello 2" in await bot.say("next")


async def test_a_message_that_is_deleted_before_its_turn_is_not_answered() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        busy = await waiting_behind(echo, bot)
        saying = await asked(bot, "secret")
        deleting = asyncio.create_task(bot.delete())
        await asyncio.sleep(0)
        echo.go_on.set()
        await busy
        assert await saying == ""
        assert await deleting == ""
        assert "secret" not in await bot.say("next")
    assert echo.heard == ["wait", "next"]


async def test_a_growing_answer_ends_marked_when_its_question_is_deleted_and_the_dialogue_forgets_both() -> (
    None
):
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell secret"))
        await echo.began.wait()
        assert await bot.delete() == ""
        cut = await telling
        assert cut.startswith("Once upon secret\n\n")
        assert cut.incomplete
        assert await bot.say("next") == "next 1 after []"


async def test_a_handler_that_had_said_nothing_is_silent_when_its_question_is_deleted() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        busy = await waiting_behind(echo, bot)
        assert await bot.delete() == ""
        assert await busy == ""
        assert await bot.say("next") == "next 1 after []"


async def test_while_it_is_answered_an_edited_message_is_answered_anew_under_the_same_key() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell tea"))
        await echo.began.wait()
        echo.began.clear()
        editing = asyncio.create_task(bot.edit("/tell coffee"))
        await echo.began.wait()
        echo.go_on.set()
        answer = await telling
        assert (answer, answer.incomplete, answer.replaces) == ("Once upon coffee a time.", False, [])
        assert await editing == ""
        assert await bot.say("next") == "next 1 after [/tell coffee | Once upon coffee a time.]"


async def test_an_edit_ends_a_handler_at_work_and_undoes_what_it_did() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        busy = await waiting_behind(echo, bot)
        assert await bot.edit("better") == ""
        assert await busy == "better 1 after []"


async def test_an_answered_message_that_is_edited_is_answered_anew_in_the_place_of_the_old_answer() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        await bot.say("before")
        old = await bot.say("helo")
        new = await bot.edit("hello")
        assert new.startswith("hello 2 after [before |"), "from the state and the history before"
        assert new.replaces == old.keys
        newest = await bot.edit("hello!", message=old.id)
        assert newest.replaces == new.keys
        assert (await bot.say("next")).startswith(
            "next 3 after [before | before 1 after [] | hello! | hello! 2"
        )


async def test_answers_are_replaced_one_by_one_and_those_too_many_are_taken_away() -> None:
    async with TestBot(Echo().plugin) as bot:
        old = await bot.say("/three 3")
        fewer = await bot.edit("/three 1")
        assert fewer == "part 0"
        assert fewer.replaces == old.keys
        more = await bot.edit("/three 2")
        assert (more, more.replaces) == ("part 0\n\npart 1", fewer.keys[:1])
        assert "after [/three 2 | part 0 | part 1]" in await bot.say("next")


async def test_an_older_message_that_is_edited_changes_the_history_alone() -> None:
    async with TestBot(Echo().plugin) as bot:
        first = await bot.say("my name is An")
        await bot.say("second")
        assert await bot.edit("my name is Ann", message=first.id) == ""
        answer = await bot.say("third")
        assert "[my name is Ann | my name is An 1 after [] | second" in answer
        assert answer.startswith("third 3")


async def test_a_deleted_message_leaves_the_history_and_its_answer_stays() -> None:
    async with TestBot(Echo().plugin) as bot:
        first = await bot.say("one")
        await bot.say("two")
        assert await bot.delete(message=first.id) == ""
        assert "after [one 1 after [] | two | two 2" in await bot.say("three")


async def test_a_change_of_a_message_that_nobody_knows_is_passed_over() -> None:
    async with TestBot(Echo().plugin) as bot:
        await bot.say("one")
        assert await bot.edit("other", message="unknown") == ""
        assert await bot.delete(message="unknown") == ""
        assert "[one | one 1 after []]" in await bot.say("two")


async def test_an_edit_that_leaves_the_text_as_it_is_changes_nothing() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        await bot.say("one")
        assert await bot.edit("one") == ""
    assert echo.heard == ["one"]


@pytest.mark.parametrize("text", ["", "\ud800", "a\0b", "\u202eabc", "x" * 1_000_000, "🙂"])
async def test_any_text_may_be_edited_in(text: str) -> None:
    async with TestBot(Echo().plugin) as bot:
        await bot.say("one")
        await bot.edit(text)
        await bot.edit("two")
        assert "next" in await bot.say("next")


async def test_a_burst_is_answered_anew_with_the_message_that_was_edited_in_it() -> None:
    async with TestBot(Echo("merge").plugin) as bot:
        first, second = await asyncio.gather(bot.say("a dog"), bot.say("and a cat"))
        new = await bot.edit("two dogs", message=first.id)
        assert new == "two dogs\nand a cat 1 after []"
        assert new.replaces == second.keys
        await bot.delete(message=second.id)
        newest = await bot.edit("three dogs", message=first.id)
        assert newest == "three dogs 1 after []"
        assert newest.replaces == new.keys


async def test_a_message_deleted_out_of_a_burst_in_progress_is_left_out_of_the_answer() -> None:
    echo = Echo("merge")
    async with TestBot(echo.plugin) as bot:
        busy = asyncio.create_task(bot.say("wait"))
        secret = await asked(bot, "secret")
        await echo.began.wait()
        echo.began.clear()
        deleting = asyncio.create_task(bot.delete())
        await echo.began.wait()
        echo.go_on.set()
        assert [await busy, await deleting] == ["", ""]
        assert await secret == "wait 1 after []"


class Visit(BaseModel):
    people: int = Field(ge=1, description="How many?")
    nights: int = Field(ge=1, description="How many nights?")


async def test_an_edited_answer_to_a_form_is_heard_by_the_question_that_it_answered() -> None:
    hotel = Plugin("hotel")

    @hotel.form("visit", Visit, examples=["a room please"])
    async def visit(ctx: Context, visit: Visit) -> str:
        return f"{visit.people} people, {visit.nights} nights"

    async with TestBot(hotel) as bot:
        await bot.say("a room please")
        await bot.say("4")
        assert "nights" in await bot.edit("5")
        await bot.say("2")
        assert await bot.say("yes") == "5 people, 2 nights"


async def test_a_reminder_of_the_old_answer_does_not_come() -> None:
    clock = Plugin("clock")

    @clock.command("tea")
    async def tea(ctx: Context) -> str:
        ctx.schedule(int(ctx.args), "ready", minutes=ctx.args)
        return "ok"

    @clock.timer("ready")
    async def ready(ctx: Context) -> str:
        return f"ready after {ctx.expected['minutes']}"

    async with TestBot(clock) as bot:
        await bot.say("/tea 4")
        await bot.edit("/tea 5")
        await bot.edit("/tea 6")
        assert await bot.later(10) == "ready after 6"


async def test_an_edit_after_something_else_was_done_to_the_state_keeps_that() -> None:
    plugin = Plugin("likes")

    @plugin.event(Reacted)
    async def reacted(ctx: Context) -> None:
        assert isinstance(ctx.event, Reacted)
        ctx.state["likes"] = [*ctx.state.get("likes", []), *ctx.event.added]

    @plugin.fallback
    async def count(ctx: Context) -> str:
        ctx.state["count"] = ctx.state.get("count", 0) + 1
        return f"{ctx.text} {ctx.state['count']} {ctx.state.get('likes')}"

    async with TestBot(plugin) as bot:
        assert await bot.say("one") == "one 1 None"
        assert await bot.react("👍", ":party_parrot:") == ""
        assert await bot.edit("uno") == "uno 2 ['👍', ':party_parrot:']"


async def test_every_plugin_hears_a_reaction_until_one_answers() -> None:
    heard: list[str] = []
    plugins = [Plugin(name) for name in ("first", "second", "third")]
    for plugin in plugins:

        @plugin.event(Reacted)
        async def reacted(ctx: Context, plugin: Plugin = plugin) -> str | None:
            heard.append(plugin.name)
            return "Thank you!" if plugin.name == "second" else None

        @plugin.fallback
        async def echo(ctx: Context) -> str:
            return ctx.text

    async with TestBot(*plugins) as bot:
        answer = await bot.say("hi")
        assert await bot.react("👍", to=answer.keys[0]) == "Thank you!"
    assert heard == ["first", "second"]


async def test_a_reaction_that_nobody_listens_to_says_nothing_and_changes_nothing() -> None:
    async with TestBot(Echo().plugin) as bot:
        await bot.say("one")
        assert await bot.react("👍", "\ud800") == ""
        assert await bot.edit("uno") == "uno 1 after []", "the state before is still there"


async def test_a_plugin_may_take_an_edit_and_a_deletion_itself() -> None:
    plugin = Plugin("strict")

    @plugin.event(Edited)
    async def edited(ctx: Context) -> str | None:
        assert isinstance(ctx.event, Edited)
        return "No take-backs." if "bet" in ctx.event.text else None

    @plugin.event(Deleted)
    async def deleted(ctx: Context) -> str:
        return "Gone."

    @plugin.fallback
    async def echo(ctx: Context) -> str:
        return f"{ctx.text} after [{read(ctx)}]"

    async with TestBot(plugin) as bot:
        old = await bot.say("one")
        taken = await bot.edit("a bet")
        assert (taken, taken.replaces) == ("No take-backs.", old.keys)
        assert await bot.edit("two") == "two after []"
        assert await bot.delete() == "Gone."


async def test_a_person_who_stops_and_then_edits_is_answered_anew() -> None:
    echo = Echo()
    async with TestBot(echo.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell tea"))
        await echo.began.wait()
        await bot.stop()
        cut = await telling
        echo.go_on.set()
        new = await bot.edit("/tell coffee")
        assert (new, new.replaces) == ("Once upon coffee a time.", cut.keys)


async def test_an_event_that_is_no_message_has_its_address_and_its_person() -> None:
    plugin, seen = Plugin("nosy"), []

    @plugin.event(Reacted)
    async def reacted(ctx: Context) -> None:
        seen.append((ctx.address, ctx.person, ctx.text))

    async with TestBot(plugin) as bot:
        await bot.react("👍", to="k", chat="c", person="ann")
    assert seen == [(Address("test", "c"), Person("ann"), "")]


async def test_what_was_forgotten_does_not_come_back_with_an_edit() -> None:
    plugin = Plugin("keeper")

    @plugin.command("reset")
    async def reset(ctx: Context) -> str:
        ctx.forget()
        return "Forgotten."

    @plugin.fallback
    async def keep(ctx: Context) -> str:
        ctx.state.setdefault("said", []).append(ctx.text)
        return f"{ctx.state['said']} after [{read(ctx)}]"

    async with TestBot(plugin) as bot:
        secret = await bot.say("secret")
        await bot.say("/reset")
        assert await bot.edit("other", message=secret.id) == ""
        assert await bot.say("hello") == "['hello'] after []"
        assert await bot.edit("hi") == "['hi'] after []"
