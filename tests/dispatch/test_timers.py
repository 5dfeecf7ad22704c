"""Plugins that speak by themselves when the time has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from botcore import Context, Plugin, Started
from botcore.testing import TestBot

HOUR = 3600.0
diary = Plugin("diary")


@diary.command("remind")
async def remind(ctx: Context) -> str:
    seconds, _, what = ctx.args.partition(" ")
    ctx.schedule(float(seconds), "reminder", what=what)
    return "I will."


@diary.timer("reminder")
async def reminder(ctx: Context) -> str:
    return f"Remember: {ctx.expected['what']} ({ctx.person.id}, {ctx.language})"


@diary.command("never")
async def never(ctx: Context) -> str:
    ctx.cancel("reminder")
    return "Fine."


@diary.command("daily")
async def daily(ctx: Context) -> str:
    ctx.cancel("day")
    ctx.schedule(timedelta(days=1), "day", number=1)
    return "Every day."


@diary.timer("day")
async def day(ctx: Context) -> str:
    ctx.schedule(timedelta(days=1), "day", number=ctx.expected["number"] + 1)
    return f"day {ctx.expected['number']}"


@diary.command("odd")
async def odd(ctx: Context) -> str:
    {
        "unknown": lambda: ctx.schedule(1, "nothing"),
        "naive": lambda: ctx.schedule(datetime.now(), "reminder"),  # noqa: DTZ005  # that is the mistake
        "endless": lambda: ctx.schedule(float("inf"), "reminder"),
        "object": lambda: ctx.schedule(1, "reminder", what=object()),
        "many": lambda: [ctx.schedule(1, "reminder", what="x") for _ in range(101)],
    }[ctx.args]()
    return "never said"


@diary.command("reset")
async def reset(ctx: Context) -> str:
    ctx.forget()
    return "forgotten"


@diary.command("soon")
async def soon(ctx: Context) -> str:
    ctx.schedule(datetime.now(UTC) + timedelta(hours=1), "reminder", what="now")
    ctx.schedule(-5, "reminder", what="long ago")
    ctx.expect("answer")
    return "ok"


@diary.followup("answer")
async def answer(ctx: Context) -> str:
    return f"heard {ctx.text} after {len(ctx.history)}"


@diary.event(Started)
async def welcome(ctx: Context) -> str:
    return "welcome"


async def test_a_reminder_comes_when_it_is_due_and_not_before() -> None:
    async with TestBot(diary) as bot:
        assert await bot.say("/remind 60 tea", person="ann") == "I will."
        assert await bot.later(59) == ""
        said = await bot.later(1)
        assert said == "Remember: tea (ann, en)"
        assert (said.summary.plugin, said.summary.by) == ("diary", "timer")
        assert await bot.later(HOUR) == ""


async def test_several_of_one_name_come_in_their_order() -> None:
    async with TestBot(diary) as bot:
        for seconds, what in ((30, "two"), (20, "one"), (40, "three")):
            await bot.say(f"/remind {seconds} {what}")
        assert [reply.text.split()[1] for reply in (await bot.later(HOUR)).replies] == ["one", "two", "three"]


async def test_a_timer_may_set_the_next_one() -> None:
    async with TestBot(diary) as bot:
        await bot.say("/daily")
        assert await bot.later(3 * 24 * HOUR) == "day 1\n\nday 2\n\nday 3"
        await bot.say("/daily")
        assert await bot.later(24 * HOUR) == "day 1"


async def test_a_cancelled_one_does_not_come() -> None:
    async with TestBot(diary) as bot:
        await bot.say("/remind 60 tea")
        await bot.say("/remind 60 milk", chat="other")
        await bot.say("/never")
        assert await bot.later(60) == "Remember: milk (person, en)"


async def test_reset_forgets_timers_too() -> None:
    async with TestBot(diary) as bot:
        await bot.say("/remind 60 tea")
        await bot.say("/reset")
        assert await bot.later(60) == ""


async def test_a_timer_leaves_the_question_open_that_was_asked() -> None:
    async with TestBot(diary) as bot:
        await bot.say("/soon")
        assert await bot.later(0) == "Remember: long ago (person, en)"
        assert (await bot.later(2 * HOUR)).replies[0].text.startswith("Remember: now")
        assert await bot.say("yes") == "heard yes after 4"


async def test_a_mistake_in_scheduling_is_an_apology_and_sets_nothing() -> None:
    async with TestBot(diary) as bot:
        for mistake in ("unknown", "naive", "endless", "object", "many"):
            said = await bot.say(f"/odd {mistake}")
            assert said.summary.trace_id in said, mistake
        assert await bot.later(HOUR) == ""


async def test_a_timer_whose_plugin_has_gone_is_silent() -> None:
    gone = Plugin("gone")

    @gone.command("set")
    async def set_it(ctx: Context) -> str:
        ctx.schedule(5, "ring")
        return "set"

    @gone.timer("ring")
    async def ring(ctx: Context) -> str:
        return "ring"

    async with TestBot(gone) as bot:
        await bot.say("/set")
        del gone.timers["ring"]
        assert await bot.later(5) == ""
