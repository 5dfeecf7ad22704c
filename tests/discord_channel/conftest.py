"""A simulated Discord, and a whole small bot that connects to it with the unmodified discord.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from botcore.channels.discord import DiscordChannel, DiscordOptions, SlashCommand
from botcore.conversation import clean_event
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.errors import BotcoreError
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import Address, AnyEvent, Message, Outgoing, Reply

COMMANDS = [
    SlashCommand("help", {"en": "What I can do", "zh": "我能做什么"}),
    SlashCommand("echo", {"en": "Say it back. " * 20}),
    SlashCommand("slow", {}),
]


class Bot:
    """Echoes what it hears, over the durable path in memory. Some words make it do more."""

    def __init__(self, fake: FakeDiscord, **patience: float) -> None:
        quick = {"first_retry": 0.05, "longest_retry": 0.2, "refused_retry": 0.3, **patience}
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
        self.channel = self.new_channel()

    def new_channel(self) -> DiscordChannel:
        return DiscordChannel(self.options, live=self.live, commands=COMMANDS)

    async def intake(self, event: AnyEvent, *, limit_key: str = "") -> None:
        if self.refusing:
            raise self.refusing.pop(0)
        await self._inbox.accept(clean_event(event), limit_key=limit_key)

    async def _answer(self, turn: Turn) -> None:
        event = turn.event
        self.heard.append(event)
        text = event.text if isinstance(event, Message) else "(started)"
        if text in {"wait", "/slow"}:
            await self.held.wait()
        if text == "choose":
            turn.say(Reply("Which one?", buttons=["Red", "Blue"]))
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
