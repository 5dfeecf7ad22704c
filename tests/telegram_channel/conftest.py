"""A Telegram on this machine, and the channel on the unmodified python-telegram-bot before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from botcore.channels.base import ShownMessages
from botcore.channels.telegram import TelegramChannel, TelegramOptions
from botcore.channels.telegram.previews import Watcher
from botcore.conversation import clean_event, encode
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.testing.fake_telegram import FakeTelegram
from botcore.types import Address, AnyEvent, Message, Outgoing, Reply, TurnSummary


class Ear:
    """An intake that keeps what it hears, and refuses what a test wants it to."""

    def __init__(self) -> None:
        self.heard: list[AnyEvent] = []
        self.limit_keys: list[str] = []
        self.refusals: list[Exception] = []
        """Raised one after another before anything is taken."""
        self.refused = 0
        self._changed = asyncio.Condition()

    async def __call__(self, event: AnyEvent, *, limit_key: str = "") -> None:
        if self.refusals:
            self.refused += 1
            async with self._changed:
                self._changed.notify_all()
            raise self.refusals.pop(0)
        encode(clean_event(event))  # what can't be stored is no event
        self.heard.append(event)
        self.limit_keys.append(limit_key)
        async with self._changed:
            self._changed.notify_all()

    @property
    def messages(self) -> list[Message]:
        return [event for event in self.heard if isinstance(event, Message)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def events(self, number: int = 1) -> list[AnyEvent]:
        """Wait for so many."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= number)
        return self.heard

    async def refusing(self, times: int) -> None:
        """Wait until it has refused so often."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: self.refused >= times)

    async def message(self) -> Message:
        """The first one."""
        await self.events()
        return self.messages[0]


def options_for(fake: FakeTelegram, **changes: Any) -> TelegramOptions:
    """Quick about everything that a real bot is patient with."""
    given: dict[str, Any] = {
        "token": fake.token,
        "api_url": fake.api_url,
        "file_url": fake.file_url,
        "poll_seconds": 5,
        "call_seconds": 2.0,
        "backoff_seconds": 0.02,
        "slow_seconds": 0.05,
        "patience_seconds": 5.0,
        "edit_seconds": 0.05,
        "album_seconds": 0.25,
    }
    return TelegramOptions(**given | changes)


@asynccontextmanager
async def running(
    fake: FakeTelegram,
    ear: Ear,
    *,
    watcher: Watcher | None = None,
    shown: ShownMessages | None = None,
    **changes: Any,
) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(options_for(fake, **changes), watcher=watcher, shown=shown)
    task = asyncio.create_task(channel.run(ear))
    try:
        yield channel
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        await channel.aclose()
        if isinstance(ended[0], Exception):
            raise ended[0]


async def another_poll(fake: FakeTelegram) -> None:
    """Wait until the bot has asked for updates once more."""
    polls = len(fake.called("getUpdates"))
    await fake.until(lambda: len(fake.called("getUpdates")) > polls)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def channel(fake: FakeTelegram, ear: Ear) -> AsyncIterator[TelegramChannel]:
    async with running(fake, ear) as channel:
        yield channel


_numbers = count(1)


def outgoing(
    address: Address,
    reply: Reply | str,
    *,
    to: str = "",
    key: str = "",
    last: bool = True,
    replaces: str = "",
) -> Outgoing:
    return Outgoing(
        key=key or f"{address}:{next(_numbers)}.abc:0",
        address=address,
        reply=Reply(reply) if isinstance(reply, str) else reply,
        in_reply_to=to,
        replaces=replaces,
        summary=TurnSummary("t") if last else None,
    )


@asynccontextmanager
async def bot(
    fake: FakeTelegram, handle: Callable[[Turn], Any], **changes: Any
) -> AsyncIterator[TelegramChannel]:
    """A whole small bot in memory: inbox, worker, outbox, sender, and the channel."""
    store, live = MemoryStore(), MemoryLive()
    inbox = MemoryInbox(store)

    async def intake(event: AnyEvent, *, limit_key: str = "") -> None:
        await inbox.accept(clean_event(event), limit_key=limit_key)

    channel = TelegramChannel(options_for(fake, **changes), watcher=live)
    worker = Worker(inbox, live, handle, concurrency=256)
    sender = Sender(MemoryOutbox(store), {"telegram": channel.send}, concurrency=256)
    tasks = [asyncio.create_task(work) for work in (channel.run(intake), worker.run(), sender.run())]
    try:
        yield channel
    finally:
        await worker.stop()
        await sender.stop()
        tasks[0].cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await channel.aclose()
        assert not [one for one in ended if isinstance(one, Exception)]
