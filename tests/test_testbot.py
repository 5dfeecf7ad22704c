"""The test kit for plugin authors, and through it the dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel

from botcore import Context, EngineUnavailable, Plugin, PluginError, Reply, Started, Stream
from botcore.testing import TestBot

plugin = Plugin("echo")


@plugin.command("echo")
async def echo(ctx: Context) -> str:
    """Say it back."""
    return ctx.args


async def test_echo_says_it_back() -> None:
    async with TestBot(plugin) as bot:
        assert await bot.say("/echo hello") == "hello"


async def test_an_unknown_command_names_the_nearest() -> None:
    async with TestBot(plugin) as bot:
        assert "/echo" in await bot.say("/ecko hello")
        assert "/help" in await bot.say("/zzz")


async def test_a_path_is_no_command() -> None:
    async with TestBot(plugin) as bot:
        assert (await bot.say("/usr/bin/env")).summary.by != "command"


async def test_buttons_and_several_messages_come_in_order() -> None:
    talker = Plugin("talker")

    @talker.command("two")
    async def two(ctx: Context) -> AsyncIterator[str | Reply]:
        yield "first"
        yield Reply("second", buttons=["Yes", "No"])

    async with TestBot(talker) as bot:
        answer = await bot.say("/two")
    assert answer == "first\n\nsecond"
    assert answer.buttons == ["Yes", "No"]


async def test_a_followup_hears_the_next_message_and_may_pass_it_on() -> None:
    shop = Plugin("shop")

    @shop.intent("cancel", examples=["cancel my order"])
    async def cancel(ctx: Context) -> str:
        ctx.expect("sure", order=7)
        return "Sure?"

    @shop.followup("sure")
    async def sure(ctx: Context) -> str | None:
        return f"Cancelled {ctx.expected['order']}." if ctx.text == "yes" else None

    @shop.fallback
    async def other(ctx: Context) -> str:
        return "something else"

    async with TestBot(shop) as bot:
        assert await bot.say("Cancel my order!") == "Sure?"
        assert await bot.say("yes") == "Cancelled 7."
        assert await bot.say("yes") == "something else"
        await bot.say("cancel my order")
        assert await bot.say("hm") == "something else"
        assert await bot.say("yes") == "something else"


async def test_an_intent_handler_that_passes_leaves_it_to_the_fallbacks_in_order() -> None:
    first, second = Plugin("first"), Plugin("second")

    @first.intent("greet", examples=["hi"])
    async def greet(ctx: Context) -> None:
        ctx.state["forgotten"] = True

    @first.fallback
    async def pass_on(ctx: Context) -> None:
        return None

    @second.fallback
    async def last(ctx: Context) -> str:
        return f"last {ctx.state}"

    async with TestBot(first, second) as bot:
        answer = await bot.say("hi")
    assert answer == "last {}"
    assert (answer.summary.plugin, answer.summary.handler, answer.summary.by) == (
        "second",
        "last",
        "fallback",
    )


async def test_a_pattern_goes_before_the_examples_and_gives_its_groups() -> None:
    sums = Plugin("sums")

    @sums.intent("add", patterns=[r"(?P<a>\d+) plus (?P<b>\d+)"])
    async def add(ctx: Context) -> str:
        return str(int(ctx.matched["a"]) + int(ctx.matched["b"]))

    async with TestBot(sums) as bot:
        answer = await bot.say("what is 2 PLUS 3?")
    assert answer == "5"
    assert answer.summary.by == "pattern"


async def test_state_is_kept_per_conversation_and_forgotten_on_demand() -> None:
    counter = Plugin("counter")

    @counter.command("more")
    async def more(ctx: Context) -> str:
        ctx.state["n"] = ctx.state.get("n", 0) + 1
        return f"{ctx.state['n']} after {len(ctx.history)}"

    @counter.command("reset")
    async def reset(ctx: Context) -> str:
        ctx.forget()
        return "gone"

    async with TestBot(counter) as bot:
        assert await bot.say("/more") == "1 after 0"
        assert await bot.say("/more") == "2 after 2"
        assert await bot.say("/more", chat="other") == "1 after 0"
        assert await bot.say("/reset") == "gone"
        assert await bot.say("/more") == "1 after 0"


async def test_a_handler_that_fails_apologises_with_a_reference_and_undoes_its_state() -> None:
    broken = Plugin("broken")

    @broken.command("break")
    async def break_it(ctx: Context) -> str:
        ctx.state["half"] = "done"
        if ctx.args:
            raise ZeroDivisionError("secret detail")
        return str(sorted(ctx.state))

    async with TestBot(broken) as bot:
        answer = await bot.say("/break now")
        assert answer.summary.trace_id in answer
        assert "secret detail" not in answer
        assert await bot.say("/break") == "['half']"


async def test_a_handler_that_hangs_is_ended_by_the_deadline() -> None:
    slow = Plugin("slow")

    @slow.command("wait")
    async def wait(ctx: Context) -> str:
        await asyncio.Event().wait()
        return "never"

    async with TestBot(slow, deadline=0.05) as bot:
        assert "too long" in await bot.say("/wait")


async def test_an_answer_that_grows_is_seen_growing_and_ends_as_one_message() -> None:
    teller = Plugin("teller")

    async def pieces() -> AsyncIterator[str]:
        for word in ("Once ", "upon ", "a time."):
            yield word

    @teller.command("tell")
    async def tell(ctx: Context) -> Stream:
        return Stream(pieces(), buttons=["More"])

    async with TestBot(teller) as bot:
        answer = await bot.say("/tell")
        assert answer == "Once upon a time."
        assert answer.buttons == ["More"]
        event = await anext(aiter(bot.live.follow(answer_address())))
        assert event is not None
        assert (event.type, event.data["text"], event.data["offset"]) == ("delta", "Once ", 0)


def answer_address():  # type: ignore[no-untyped-def]
    from botcore import Address

    return Address("test", "chat")


async def test_a_person_who_stops_an_answer_keeps_what_was_said() -> None:
    teller = Plugin("teller")
    said = asyncio.Event()

    async def pieces() -> AsyncIterator[str]:
        yield "It begins"
        said.set()
        await asyncio.Event().wait()

    @teller.command("tell")
    async def tell(ctx: Context) -> Stream:
        return Stream(pieces())

    async with TestBot(teller) as bot:
        answering = asyncio.create_task(bot.say("/tell"))
        await said.wait()
        await bot.stop()
        answer = await answering
    assert answer.startswith("It begins\n\n")
    assert answer.incomplete


async def test_a_person_may_stop_a_handler_that_has_not_said_anything() -> None:
    slow = Plugin("slow")
    working = asyncio.Event()

    @slow.command("wait")
    async def wait(ctx: Context) -> str:
        working.set()
        await asyncio.Event().wait()
        return "never"

    async with TestBot(slow) as bot:
        answering = asyncio.create_task(bot.say("/wait"))
        await working.wait()
        await bot.stop()
        answer = await answering
        assert answer.incomplete
        assert "Stopped" in answer


async def test_an_engine_that_breaks_off_leaves_what_came_and_says_so() -> None:
    teller = Plugin("teller")

    async def pieces(text: str) -> AsyncIterator[str]:
        if text:
            yield text
        raise EngineUnavailable("gone")

    @teller.command("tell")
    async def tell(ctx: Context) -> Stream:
        return Stream(pieces(ctx.args))

    async with TestBot(teller) as bot:
        half = await bot.say("/tell half")
        assert half.startswith("half\n\n")
        assert half.incomplete
        nothing = await bot.say("/tell")
        assert nothing.summary.trace_id in nothing


async def test_opening_a_conversation_is_an_event() -> None:
    host = Plugin("host")

    @host.event(Started)
    async def welcome(ctx: Context) -> str:
        return f"welcome ({ctx.language})"

    async with TestBot(host) as bot:
        assert await bot.start(locale="zh-CN") == "welcome (zh)"


async def test_settings_are_checked_by_the_plugins_model() -> None:
    class Config(BaseModel):
        greeting: str = "hi"

    polite = Plugin("polite", config=Config)

    @polite.command("greet")
    async def greet(ctx: Context[Config]) -> str:
        return ctx.config.greeting

    async with TestBot(polite, config={"greeting": "good day"}) as bot:
        assert await bot.say("/greet") == "good day"


async def test_state_that_is_no_plain_data_is_an_apology_and_not_kept() -> None:
    odd = Plugin("odd")

    @odd.command("keep")
    async def keep(ctx: Context) -> str:
        if ctx.args:
            ctx.state["it"] = object()
        return str(dict(ctx.state))

    async with TestBot(odd) as bot:
        assert "reference" in await bot.say("/keep it")
        assert await bot.say("/keep") == "{}"


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "\u202e\u200b", "🙂" * 10_000, "/" * 5000, "/echo \ud800"]
)
async def test_odd_texts_get_an_answer(text: str) -> None:
    async with TestBot(plugin) as bot:
        answer = await bot.say(text)
    assert answer or text.startswith("/echo")


def test_a_plugin_that_is_wrong_says_so_where_it_is_written() -> None:
    with pytest.raises(PluginError, match="Bad Name"):
        Plugin("Bad Name")
    wrong = Plugin("wrong")

    def not_async(ctx: Context) -> str:
        return ""

    with pytest.raises(PluginError, match="async def"):
        wrong.command("x")(not_async)
    with pytest.raises(PluginError, match="pattern"):
        wrong.intent("x", patterns=["("])(echo)
    wrong.command("x")(echo)
    with pytest.raises(PluginError, match="two handlers"):
        wrong.command("x")(echo)


async def test_a_text_after_a_command_does_not_change_the_persons_language() -> None:
    polyglot = Plugin("polyglot")

    @polyglot.command("say")
    async def say(ctx: Context) -> str:
        return ctx.language

    @polyglot.fallback
    async def other(ctx: Context) -> str:
        return ctx.language

    async with TestBot(polyglot) as bot:
        assert await bot.say("/say 你好，请问几点开门？") == "zh"
        assert await bot.say("Good morning, when do you open today?") == "en"
        assert await bot.say("/say 你好，请问几点开门？") == "en"
        assert await bot.say("你好，请问几点开门？") == "zh"
        assert await bot.say("ok") == "zh"
