"""Edits and deletions over a real server, where the worker hears of them from another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from botcore.delivery.live import RedisLive
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.stores.commands import Commands
from botcore.types import Address, AnyEvent, Deleted, Edited, Message, Outgoing, Person, Reply

HERE, ANN = Address("web", "a"), Person("ann")


@dataclass
class Bot:
    """A worker and a sender; `accept` is that of a gateway elsewhere."""

    inbox: RedisInbox
    sent: list[Outgoing] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, turn: Turn) -> None:
        if not turn.messages:
            return
        self.began.set()
        if "wait" in turn.text:
            await self.go_on.wait()
        turn.state.plugins["p"] = {"turns": turn.state.plugins.get("p", {}).get("turns", 0) + 1}
        history = " | ".join(entry.text for entry in turn.history)
        turn.say(Reply(f"{turn.text} {turn.state.plugins['p']['turns']} after [{history}]"))

    async def send(self, outgoing: Outgoing) -> None:
        self.sent.append(outgoing)
        async with self.changed:
            self.changed.notify_all()

    async def settled(self, event: AnyEvent) -> list[Outgoing]:
        """What was said to this event, once its turn is over."""
        await self.inbox.accept(event)
        return await self.answers(event)

    async def answers(self, event: AnyEvent) -> list[Outgoing]:
        def mine() -> list[Outgoing]:
            return [one for one in self.sent if one.in_reply_to == event.id]

        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: any(one.summary for one in mine()))
        return [one for one in mine() if one.reply != Reply()]


@asynccontextmanager
async def running(redis: Redis) -> AsyncIterator[Bot]:
    commands, elsewhere = Commands(redis), Commands(redis)
    bot = Bot(RedisInbox(elsewhere, Queue(redis, elsewhere), Bounds()))
    async with RedisLive(redis, commands) as live:
        worker = Worker(RedisInbox(commands, Queue(redis, commands), Bounds()), live, bot.handle, wait=0.05)
        sender = Sender(RedisOutbox(commands, Queue(redis, commands)), {"web": bot.send}, wait=0.05)
        tasks = [asyncio.create_task(part.run()) for part in (worker, sender)]
        try:
            yield bot
        finally:
            await worker.stop()
            await sender.stop()
            await asyncio.gather(*tasks)


def said(id: str, text: str) -> Message:
    return Message(id=id, address=HERE, person=ANN, at=1.0, text=text)


def edited(id: str, text: str, of: str = "m") -> Edited:
    return Edited(id=id, address=HERE, person=ANN, at=2.0, message=of, text=text)


async def test_an_answer_in_progress_is_begun_again_when_its_question_is_edited(redis: Redis) -> None:
    async with running(redis) as bot:
        question = said("m", "wait")
        await bot.inbox.accept(question)
        await bot.began.wait()
        assert await bot.settled(edited("e", "better")) == []
        [answer] = await bot.answers(question)
        assert (answer.reply.text, answer.replaces) == ("better 1 after []", "")


async def test_an_answer_in_progress_ends_when_its_question_is_deleted(redis: Redis) -> None:
    async with running(redis) as bot:
        question = said("m", "wait")
        await bot.inbox.accept(question)
        await bot.began.wait()
        assert await bot.settled(Deleted(id="d", address=HERE, person=ANN, at=2.0, message="m")) == []
        assert await bot.answers(question) == []
        [answer] = await bot.settled(said("n", "next"))
        assert answer.reply.text == "next 1 after []"


async def test_an_answered_question_that_is_edited_is_answered_anew_in_its_place(redis: Redis) -> None:
    async with running(redis) as bot:
        [old] = await bot.settled(said("m", "helo"))
        [new] = await bot.settled(edited("e", "hello"))
        assert (new.reply.text, new.replaces) == ("hello 1 after []", old.key)
        [following] = await bot.settled(said("n", "next"))
        assert following.reply.text == "next 2 after [hello | hello 1 after []]"


async def test_what_is_edited_while_it_waits_is_answered_once(redis: Redis) -> None:
    async with running(redis) as bot:
        first, second, edit = said("m", "wait"), said("n", "helo"), edited("e", "hello", of="n")
        await bot.inbox.accept(first)
        await bot.began.wait()
        await bot.inbox.accept(second)
        await bot.inbox.accept(edit)
        bot.go_on.set()
        [answer] = await bot.answers(second)
        assert answer.reply.text.startswith("hello 2 after [wait")
        assert await bot.answers(edit) == []
