"""One process of the real bot: inbox, worker, dispatcher, outbox and sender as `botcore run` puts them together.

Its plugin counts the turns of a conversation; its channel is a file to which a message is appended.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

import msgspec

from botcore.context import Context, Services
from botcore.delivery.live import RedisLive
from botcore.delivery.pulse import Pulse
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds
from botcore.delivery.sender import Sender
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.dispatch.worker import Worker
from botcore.i18n.texts import core_catalog
from botcore.middleware import compose
from botcore.middleware.apology import Apology
from botcore.plugin import NoConfig, Plugin
from botcore.stores.commands import Commands
from botcore.stores.connection import connect
from botcore.testing import FixedKnowledge, MemoryDesk
from botcore.testing.bot import WordForWord
from botcore.types import Outgoing
from tests.faults.history import History
from tests.faults.points import Points, WatchedInbox, WatchedOutbox, die

POISON = "poison"
LONGEST_LIFE = 900.0
"""Seconds after which a forgotten process ends by itself."""


class Plan(msgspec.Struct, frozen=True):
    """What one process is told when it starts."""

    name: str
    url: str
    folder: Path
    """Where its operations and its log go."""
    die_at: tuple[str, int] | None = None
    """Point, and at which passage."""


def clock_of(folder: Path, name: str) -> Path:
    """Where a process reads by how many seconds its clock is off, when it is told to by SIGUSR1."""
    return folder / f"{name}.clock"


def follow_clock(plan: Plan) -> None:
    """Only the time of day jumps: durations go by a clock that never does."""
    real, off = time.time, 0.0

    def set_clock(*_: object) -> None:
        nonlocal off
        off = float(clock_of(plan.folder, plan.name).read_text())

    time.time = lambda: real() + off
    signal.signal(signal.SIGUSR1, set_clock)


def run(main: Coroutine[Any, Any, None], plan: Plan) -> None:
    """Run in a forked process: output to a file of its own, and death with the parent."""
    output = os.open(plan.folder / f"{plan.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    random.seed(plan.name)
    follow_clock(plan)

    async def owned() -> None:
        loop = asyncio.get_running_loop()
        parent = parent_process()
        assert parent
        loop.add_reader(parent.sentinel, os._exit, 1)  # type: ignore[arg-type]  # it is a file descriptor here
        loop.call_later(LONGEST_LIFE, os._exit, 1)
        await main

    asyncio.run(owned())


def bot(plan: Plan) -> None:
    """The body of a bot process, until SIGTERM."""
    run(_bot(plan), plan)


async def _bot(plan: Plan) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    redis = connect(plan.url)
    commands, pulse = Commands(redis), Pulse(plan.url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pulse.aclose)
        history = stack.enter_context(History(plan.folder, plan.name))
        points = Points(history, plan.die_at)
        live = await stack.enter_async_context(RedisLive(redis, commands))
        inbox = WatchedInbox(commands, Queue(redis, commands, pulse=pulse), Bounds(), points)
        outbox = WatchedOutbox(commands, Queue(redis, commands), points)
        channel = FileChannel(history, points)
        worker = Worker(inbox, live, _handler(history))
        sender = Sender(outbox, {"keyed": channel.send, "plain": channel.send})
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(sender.run())]
        await stopping.wait()
        await worker.stop()
        await sender.stop()
        await asyncio.gather(*tasks)
    await redis.aclose()


class FileChannel:
    """The outside world: what is appended to the file has been shown to a person."""

    def __init__(self, history: History, points: Points) -> None:
        self._history = history
        self._points = points

    async def send(self, outgoing: Outgoing) -> None:
        self._points.pass_by("before send")
        await asyncio.sleep(random.uniform(0, 0.004))
        self._history.add(
            "sent",
            conversation=str(outgoing.address),
            id=outgoing.in_reply_to,
            key=outgoing.key,
            text=outgoing.reply.text,
        )
        await asyncio.sleep(random.uniform(0, 0.001))
        self._points.pass_by("after send")


def counting(history: History) -> Plugin[NoConfig]:
    """Says back what it hears and which turn this is; takes its time, and dies of poison."""
    plugin = Plugin("counting")

    @plugin.fallback
    async def count(ctx: Context[NoConfig]) -> AsyncIterator[str]:
        if POISON in ctx.text:
            die(history, POISON)
        await asyncio.sleep(think_seconds(ctx.text))
        ctx.state["turns"] = ctx.state.get("turns", 0) + 1
        yield f"{ctx.text} {ctx.state['turns']}"
        if "twice" in ctx.text:
            yield f"and again {ctx.state['turns']}"

    return plugin


def think_seconds(text: str) -> float:
    """Mostly 0 to 10 ms; one message in twenty takes 0.2 s."""
    return 0.2 if hash_of(text) % 20 == 0 else hash_of(text) % 100 / 10_000


def hash_of(text: str) -> int:
    return sum(text.encode())


def _handler(history: History) -> Any:
    texts = core_catalog()
    router = Router([Installed(counting(history), NoConfig(), texts)])
    services = Services(
        engine=None,
        knowledge=FixedKnowledge(),
        humans=MemoryDesk(),
        detect_language=lambda _: "en",
        commands=router.command_infos(["en"]),
    )
    dispatcher = Dispatcher(router, WordForWord(router), services, texts)
    return compose([Apology(texts, 30.0)], dispatcher.handle)
