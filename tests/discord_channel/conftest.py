"""A simulated Discord, and a whole small bot that connects to it with the unmodified discord.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from typing import Any

import pytest

from botcore.channels.discord import DiscordChannel, DiscordOptions, SlashCommand
from botcore.conversation import clean_event, reference
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.errors import BotcoreError
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Address, AnyEvent, Message, Outgoing, Reply, Started

COMMANDS = [
    SlashCommand("help", {"en": "What I can do", "zh": "我能做什么"}),
    SlashCommand("echo", {"en": "Say it back. " * 20}),
    SlashCommand("slow", {}),
    SlashCommand("secret", {"en": "For you alone"}, private=True),
    SlashCommand(
        "lang", {"en": "Language"}, choices={"en": {"en": "English"}, "zh": {"en": "Chinese", "zh": "中文"}}
    ),
    SlashCommand("translate", {"en": "Translate"}, menu={"en": "Translate", "zh": "翻译"}),
]


class Shown:
    """What was shown, in memory: of all bots of one test, as the store would keep it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Address, str], tuple[str, ...]] = {}

    async def keep(self, address: Address, key: str, ids: Sequence[str]) -> None:
        self.kept[address, key] = tuple(ids)

    async def of(self, address: Address, key: str) -> tuple[str, ...]:
        return self.kept.get((address, key), ())

    async def key_of(self, address: Address, id: str) -> str:
        found = (key for (where, key), ids in self.kept.items() if where == address and id in ids)
        return next(found, "")


class Bot:
    """Echoes what it hears, over the durable path in memory. Some words make it do more."""

    def __init__(self, fake: FakeDiscord, shown: Shown | None = None, **more: Any) -> None:
        quick = {"first_retry": 0.05, "longest_retry": 0.2, "refused_retry": 0.3, **more}
        self.options = DiscordOptions(
            token=fake.token, api_url=fake.api_url, gateway_url=fake.gateway_url, **quick
        )
        self.heard: list[AnyEvent] = []
        self.refusing: list[BotcoreError] = []
        self.held = asyncio.Event()
        self.held.set()
        self._store = MemoryStore()
        self._inbox = MemoryInbox(self._store)
        self.live = MemoryLive()
        self.shown = shown or Shown()
        self.channel = self.new_channel()

    def new_channel(self) -> DiscordChannel:
        return DiscordChannel(self.options, live=self.live, commands=COMMANDS, shown=self.shown)

    def restarted(self) -> Bot:
        """Another process on the same store, from which the first one's turns come back."""
        other = copy(self)
        other.heard, other.held = [], asyncio.Event()
        other.held.set()
        other.channel = other.new_channel()
        return other

    def answer_to(self, event: AnyEvent, key: str, text: str) -> Outgoing:
        return Outgoing(key=key, address=event.address, reply=Reply(text), in_reply_to=event.id)

    @property
    def last_key(self) -> str:
        """Of the answer that was shown last."""
        return next(key for _, key in reversed(self.shown.kept) if not key.startswith("interaction:"))

    @property
    def last_shown(self) -> tuple[str, ...]:
        keys = [one for one in self.shown.kept if not one[1].startswith("interaction:")]
        return self.shown.kept[keys[-1]] if keys else ()

    async def grow(self, piece: str, offset: int = 0) -> None:
        """Tell those who watch of the answer to the event that was heard last."""
        event = self.heard[-1]
        key = f"{event.address}:0.{reference(event.address, event.id)[:6]}:0"
        data = {"id": key, "text": piece, "offset": offset, "in_reply_to": event.id}
        await self.live.publish(event.address, "delta", data)

    async def intake(self, event: AnyEvent, *, limit_key: str = "") -> None:
        if self.refusing:
            raise self.refusing.pop(0)
        await self._inbox.accept(clean_event(event), limit_key=limit_key)

    async def _answer(self, turn: Turn) -> None:
        event = turn.event
        self.heard.append(event)
        if not isinstance(event, Message | Started):
            return
        text = event.text if isinstance(event, Message) else "(started)"
        if text in {"wait", "/slow"}:
            await self.held.wait()
        if text == "choose":
            turn.say(Reply("Which one?", buttons=["Red", "Blue"]))
        elif text == "menu":
            turn.say(Reply("Which day?", buttons=[f"Day {number}" for number in range(1, 13)]))
        elif text == "many":
            turn.say(Reply("Which one?", buttons=[f"Number {number}" for number in range(40)]))
        elif text == "twice":
            turn.say(Reply("first"))
            turn.say(Reply("second"))
        elif text == "count":
            turn.say(Reply("\n".join(f"line {number}" for number in range(500))))
        elif text == "book":
            turn.say(Reply("a long story\n" * 2000))
        elif text == "nothing":
            return
        else:
            turn.say(Reply(text.removeprefix("/echo ")))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bot]:
        worker = Worker(self._inbox, self.live, self._answer)
        sender = Sender(MemoryOutbox(self._store), {"discord": self.channel.send})
        tasks = [
            asyncio.create_task(coroutine)
            for coroutine in (self.channel.run(self.intake), worker.run(), sender.run())
        ]
        try:
            yield self
        finally:
            await worker.stop(1.0)
            await sender.stop(1.0)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert [one for one in ended if isinstance(one, Exception)] == []


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(limit=(5, 0.5)) as fake:
        yield fake


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """It runs, and listens."""
    fake.channel("general")
    async with Bot(fake).running() as bot:
        await fake.connected()
        yield bot


def outgoing(channel_id: int, reply: Reply, key: str = "key", in_reply_to: str = "") -> Outgoing:
    return Outgoing(
        key=key, address=Address("discord", str(channel_id)), reply=reply, in_reply_to=in_reply_to
    )
