"""The durable path: an echo bot, beside a bare loop that calls the same scripts without botcore."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from botcore.app.dialogues import Dialogues
from botcore.app.minds import compose_minds
from botcore.config import Settings
from botcore.context import Context, Services
from botcore.conversation import HistoryEntry
from botcore.delivery.base import Claim, Commit, Parcel
from botcore.delivery.sender import Sender
from botcore.dispatch.router import Installed, Router
from botcore.dispatch.worker import Worker
from botcore.i18n.language import detect_language
from botcore.i18n.texts import Catalog, core_catalog
from botcore.intents.base import Detection
from botcore.knowledge.library import Library
from botcore.plugin import NoConfig, Plugin
from botcore.stores.records.desk import RequestDesk
from botcore.stores.records.records import Records
from botcore.types import Message, Outgoing, Reply

CHANNEL = "bench"

Sent = Callable[[Outgoing], Awaitable[None]]
Runner = Callable[[Dialogues, Sent], AbstractAsyncContextManager[None]]

echo_plugin: Plugin[NoConfig] = Plugin("echo")


@echo_plugin.fallback
async def echo(ctx: Context[NoConfig]) -> str:
    return ctx.text


class NothingFits:
    """A detector that costs nothing: the bench measures the path, not the detection."""

    async def detect(self, text: str, language: str) -> Detection:
        return Detection()


thinking_plugin: Plugin[NoConfig] = Plugin("thinking")


@thinking_plugin.fallback
async def think(ctx: Context[NoConfig]) -> str:
    await asyncio.sleep(thinking_seconds())
    return ctx.text


def thinking_seconds() -> float:
    """0 to 5 ms, as a handler takes that asks a database."""
    return random.uniform(0, 0.005)


slow_plugin: Plugin[NoConfig] = Plugin("slow")
SLOW_SECONDS = 1.28
"""So that 64 turns at once are 50 a second, which any machine can overload fifty times."""


@slow_plugin.fallback
async def dawdle(ctx: Context[NoConfig]) -> str:
    await asyncio.sleep(SLOW_SECONDS)
    return ctx.text


async def at_once() -> None:
    """No thinking."""


async def thinking() -> None:
    await asyncio.sleep(thinking_seconds())


@asynccontextmanager
async def bot(dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The whole way: worker, middleware, dispatcher, plugin, commit, outbox, sender."""
    async with bot_with(echo_plugin, dialogues, sent):
        yield


@asynccontextmanager
async def thoughtful_bot(dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The same with handlers of 0 to 5 ms."""
    async with bot_with(thinking_plugin, dialogues, sent):
        yield


@asynccontextmanager
async def slow_bot(dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The same with handlers of 1.28 s."""
    async with bot_with(slow_plugin, dialogues, sent):
        yield


@asynccontextmanager
async def bot_with(plugin: Plugin[NoConfig], dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The whole way with this plugin alone."""
    installed = [Installed(plugin, NoConfig(), Catalog({}, {}))]
    with tempfile.TemporaryDirectory(prefix="botcore-bench-") as folder:
        records = await Records.open(f"sqlite:///{folder}/bench.db")
        async with records, _running(dialogues, sent, records, installed):
            yield


@asynccontextmanager
async def _running(
    dialogues: Dialogues, sent: Sent, records: Records, installed: Sequence[Installed]
) -> AsyncIterator[None]:
    services = Services(
        engine=None,
        knowledge=Library(records),
        humans=RequestDesk(records),
        detect_language=lambda text: detect_language(text).code,
        commands={"en": []},
    )
    handle = compose_minds(Settings(), core_catalog(), Router(installed), NothingFits(), services)
    worker = Worker(dialogues.inbox, dialogues.live, handle)
    sender = Sender(dialogues.open_outbox(), {CHANNEL: sent})
    tasks = [asyncio.create_task(worker.run()), asyncio.create_task(sender.run())]
    try:
        yield
    finally:
        await worker.stop()
        await sender.stop()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def bare(dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The floor: the same steps on the store, and nothing between them."""
    async with _bare(dialogues, sent, at_once):
        yield


@asynccontextmanager
async def thoughtful_bare(dialogues: Dialogues, sent: Sent) -> AsyncIterator[None]:
    """The same with 0 to 5 ms between them."""
    async with _bare(dialogues, sent, thinking):
        yield


@asynccontextmanager
async def _bare(
    dialogues: Dialogues, sent: Sent, pause: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_answer(dialogues, pause)), asyncio.create_task(_send(dialogues, sent))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


async def _answer(dialogues: Dialogues, pause: Callable[[], Awaitable[None]]) -> None:
    async def one(claim: Claim) -> None:
        event = claim.event
        if not isinstance(event, Message):
            return
        await pause()
        reply = Outgoing(
            key=f"{claim.address}:{claim.version}:0",
            address=claim.address,
            reply=Reply(event.text),
            in_reply_to=event.id,
        )
        said = [
            HistoryEntry("user", event.text, event.at),
            HistoryEntry("assistant", event.text, time.time()),
        ]
        await dialogues.inbox.commit(claim, Commit(claim.state, said, [reply]))

    while True:
        await asyncio.gather(*(one(claim) for claim in await dialogues.inbox.claim(64, 0.5)))


async def _send(dialogues: Dialogues, sent: Sent) -> None:
    outbox = dialogues.open_outbox()

    async def one(parcel: Parcel) -> None:
        if parcel.outgoing:
            await sent(parcel.outgoing)
        await outbox.done(parcel)

    while True:
        await asyncio.gather(*(one(parcel) for parcel in await outbox.claim([CHANNEL], 64, 0.5)))
