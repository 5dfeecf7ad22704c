"""What becomes of a message that comes while the bot is answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from botcore import Context, Plugin, PluginError, Stream
from botcore.context import Services
from botcore.delivery.live import RedisLive
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.dispatch.worker import Worker
from botcore.i18n.texts import Catalog, core_catalog
from botcore.middleware import compose
from botcore.middleware.apology import Apology
from botcore.stores.commands import Commands
from botcore.testing import FixedKnowledge, MemoryDesk, TestBot
from botcore.testing.bot import WordForWord
from botcore.types import Address, Message, Person, WhileAnswering


class Teller:
    """A plugin that tells until it is let go, and one that answers at once."""

    def __init__(self, mode: WhileAnswering) -> None:
        self.plugin = Plugin("teller", while_answering=mode)
        self.began, self.closed, self.go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.plugin.command("tell")(self.tell)
        self.plugin.command("work")(self.work)
        self.plugin.command("mode")(self.mode)
        self.plugin.fallback(self.other)

    async def tell(self, ctx: Context) -> Stream:
        return Stream(self._pieces())

    async def _pieces(self) -> AsyncIterator[str]:
        try:
            yield "Once upon"
            self.began.set()
            await self.go_on.wait()
            yield " a time."
        finally:
            self.closed.set()

    async def work(self, ctx: Context) -> str:
        ctx.state["half"] = "done"
        self.began.set()
        await self.go_on.wait()
        return f"worked {ctx.args}"

    async def mode(self, ctx: Context) -> str:
        ctx.while_answering(ctx.args or None)  # type: ignore[arg-type]  # what an author might get wrong
        return "ok"

    async def other(self, ctx: Context) -> str:
        before = " | ".join(entry.text for entry in ctx.history)
        return f"heard {ctx.text!r} after {before!r} {sorted(ctx.state)}"


async def test_by_default_a_message_waits_for_its_turn() -> None:
    teller = Teller("queue")
    async with TestBot(teller.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell"))
        await teller.began.wait()
        second = asyncio.create_task(bot.say("and?"))
        await asyncio.sleep(0.4)
        assert not telling.done()
        teller.go_on.set()
        assert await telling == "Once upon a time."
        assert "after '/tell | Once upon a time.'" in await second


async def test_an_interrupted_answer_ends_and_the_new_message_knows_what_was_said() -> None:
    teller = Teller("interrupt")
    async with TestBot(teller.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell"))
        await teller.began.wait()
        answer = await bot.say("wait, another thing")
        cut = await telling
    assert teller.closed.is_set()
    assert cut.startswith("Once upon\n\n")
    assert cut.incomplete
    assert "heard 'wait, another thing' after '/tell | Once upon" in answer


async def test_an_interrupted_handler_that_had_said_nothing_is_silent_and_undone() -> None:
    teller = Teller("interrupt")
    async with TestBot(teller.plugin) as bot:
        working = asyncio.create_task(bot.say("/work"))
        await teller.began.wait()
        assert await bot.say("never mind") == "heard 'never mind' after '/work' []"
        silent = await working
    assert silent == ""
    assert silent.summary.plugin == "teller"


async def test_another_persons_message_does_not_interrupt() -> None:
    teller = Teller("interrupt")
    async with TestBot(teller.plugin) as bot:
        telling = asyncio.create_task(bot.say("/tell", person="ann"))
        await teller.began.wait()
        other = asyncio.create_task(bot.say("hello", person="bob"))
        await asyncio.sleep(0.4)
        teller.go_on.set()
        assert await telling == "Once upon a time."
        assert "Once upon a time." in await other


async def test_a_burst_becomes_one_turn_and_every_message_is_settled() -> None:
    teller = Teller("merge")
    async with TestBot(teller.plugin) as bot:
        said = [asyncio.create_task(bot.say(text)) for text in ("hello", "my order", "is late")]
        first, second, third = await asyncio.gather(*said)
        assert (first, second) == ("", "")
        assert third == r"heard 'hello\nmy order\nis late' after '' []"
        assert first.summary.plugin == "teller"
        assert "hello | my order | is late | heard" in await bot.say("and?")


async def test_a_merged_text_finds_its_handler_anew() -> None:
    shop = Plugin("shop", while_answering="merge")

    @shop.intent("greet", examples=["hi"])
    async def greet(ctx: Context) -> str:
        return "Hello!"

    @shop.intent("order", patterns=[r"order (?P<number>\d+)"])
    async def order(ctx: Context) -> str:
        return f"Order {ctx.matched['number']} is on its way."

    async with TestBot(shop) as bot:
        _, answer = await asyncio.gather(bot.say("hi"), bot.say("where is order 77"))
    assert answer == "Order 77 is on its way."


async def test_a_command_and_another_person_are_turns_of_their_own() -> None:
    teller = Teller("merge")
    teller.go_on.set()
    async with TestBot(teller.plugin) as bot:
        one, two, three = await asyncio.gather(
            bot.say("hello"), bot.say("/work now"), bot.say("hi", person="bob")
        )
    assert one.startswith("heard 'hello' ")
    assert two == "worked now"
    assert three.startswith("heard 'hi' ")


async def test_a_conversation_may_choose_and_go_back() -> None:
    teller = Teller("queue")
    async with TestBot(teller.plugin) as bot:
        await bot.say("/mode merge")
        first, second = await asyncio.gather(bot.say("one"), bot.say("two"))
        assert (first, second[:17]) == ("", r"heard 'one\ntwo' "[:17])
        await bot.say("/mode")
        first, second = await asyncio.gather(bot.say("one"), bot.say("two"))
        assert first.startswith("heard 'one'")
        wrong = await bot.say("/mode sometimes")
        assert wrong.summary.trace_id in wrong


def test_an_unknown_choice_fails_where_it_is_written() -> None:
    with pytest.raises(PluginError, match="queue, merge, interrupt"):
        Plugin("wrong", while_answering="never")  # type: ignore[arg-type]  # that is the mistake


@pytest.mark.parametrize("mode", ["merge", "interrupt"])
async def test_order_holds_with_many_workers_on_one_store(redis: Redis, mode: WhileAnswering) -> None:
    """Every message is heard once and in order, whatever is merged or interrupted."""
    plugin, heard = Plugin("listener", while_answering=mode), {chat: [] for chat in "abcd"}

    @plugin.fallback
    async def listen(ctx: Context) -> str:
        heard[ctx.address.chat] += [line for line in ctx.text.split("\n") if line]
        await asyncio.sleep(0.02)
        return "ok"

    commands = Commands(redis)
    async with RedisLive(redis, commands) as live:
        workers = [
            Worker(RedisInbox(commands, Queue(redis, commands), Bounds()), live, _handle(plugin))
            for _ in range(3)
        ]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        inbox = RedisInbox(commands, Queue(redis, commands), Bounds())
        for number in range(10):
            for chat in heard:
                await inbox.accept(_message(chat, number))
        outbox = RedisOutbox(commands, Queue(redis, commands))
        settled: list[str] = []
        async with asyncio.timeout(30):
            while len(settled) < 40:
                for parcel in await outbox.claim(["web"], 10, 0.2):
                    assert parcel.outgoing is not None
                    settled += [parcel.outgoing.in_reply_to] if parcel.outgoing.summary else []
                    await outbox.done(parcel)
        for worker in workers:
            await worker.stop()
        await asyncio.gather(*running)
    assert sorted(settled) == sorted(f"{chat}{number}" for chat in heard for number in range(10))
    for texts in heard.values():
        assert texts == [str(number) for number in range(10)]


def _message(chat: str, number: int) -> Message:
    return Message(
        id=f"{chat}{number}", address=Address("web", chat), person=Person("p"), at=1.0, text=str(number)
    )


def _handle(plugin: Plugin):  # type: ignore[no-untyped-def, type-arg]
    router = Router([Installed(plugin, plugin.config(), Catalog({}, {}))])
    services = Services(
        engine=None,
        knowledge=FixedKnowledge(),
        humans=MemoryDesk(),
        detect_language=lambda text: "en",
        commands={"en": []},
    )
    texts = core_catalog()
    dispatcher = Dispatcher(router, WordForWord(router), services, texts)
    return compose([Apology(texts, 20.0)], dispatcher.handle)


async def test_an_answer_is_interrupted_and_stopped_without_any_middleware() -> None:
    teller = Teller("interrupt")
    bot = TestBot(teller.plugin)
    bot.wrap(lambda handle: handle.keywords["next"].keywords["next"])  # type: ignore[attr-defined]  # the dispatcher itself
    async with bot:
        working = asyncio.create_task(bot.say("/work"))
        await teller.began.wait()
        assert "heard 'never mind' after '/work'" in await bot.say("never mind")
        assert await working == ""
        teller.began.clear()
        working = asyncio.create_task(bot.say("/work"))
        await teller.began.wait()
        await bot.stop()
        stopped = await working
    assert "topped" in stopped
    assert stopped.incomplete
