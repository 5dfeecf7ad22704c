"""Puts messages on a path, and measures what comes back: at full speed, and at a steady rate."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.cli.benches.echo import CHANNEL, Runner
from botcore.config import Settings
from botcore.config.settings import LimitSettings
from botcore.types import Address, Message, Outgoing, Person

AT_ONCE = 256
"""Messages under way at full speed; the next one starts when one is answered."""


class Rate(msgspec.Struct, frozen=True):
    """A run at full speed."""

    per_second: float
    cpu_us: float
    """Processor time of this process a message, for taking it in, answering it and sending the answer."""
    calls: float
    """Commands to the server a message."""
    pipelines: float
    """Round trips to the server a message."""


class Latency(msgspec.Struct, frozen=True):
    """From the arrival of a message to its answer in the channel's hands, in ms."""

    p50: float
    p99: float


@asynccontextmanager
async def fresh_server() -> AsyncIterator[Dialogues]:
    """An empty Valkey of our own, with AOF everysec, which goes with its folder at the end."""
    with tempfile.TemporaryDirectory(prefix="botcore-bench-") as folder:
        settings = Settings(data_dir=Path(folder), limits=LimitSettings(enabled=False))
        async with open_dialogues(settings) as dialogues:
            yield dialogues


class _Answers:
    """Wakes whoever waits for the answer to a message."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def expect(self, id: str) -> asyncio.Future[None]:
        future = self._waiting[id] = asyncio.get_running_loop().create_future()
        return future

    async def sent(self, outgoing: Outgoing) -> None:
        future = self._waiting.pop(outgoing.in_reply_to, None)
        if future and not future.done():
            future.set_result(None)


async def full_speed(runner: Runner, messages: int, conversations: int) -> Rate:
    """Every message is answered before the run ends."""
    answers, numbers = _Answers(), itertools.count()
    async with fresh_server() as dialogues, runner(dialogues, answers.sent):

        async def person() -> None:
            while (number := next(numbers)) < messages:
                event = _message(str(number % conversations))
                answered = answers.expect(event.id)
                await dialogues.inbox.accept(event)
                await answered

        calls, pipelines = dialogues.commands.calls, dialogues.commands.pipelines
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(person() for _ in range(min(AT_ONCE, messages))))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        return Rate(
            per_second=messages / took,
            cpu_us=cpu / messages * 1e6,
            calls=(dialogues.commands.calls - calls) / messages,
            pipelines=(dialogues.commands.pipelines - pipelines) / messages,
        )


async def steady(runner: Runner, per_second: float, seconds: float, conversations: int) -> Latency:
    """Messages arrive by the clock, whether or not the last one was answered."""
    answers = _Answers()
    took: list[float] = []
    async with fresh_server() as dialogues, runner(dialogues, answers.sent):

        async def person(number: int) -> None:
            event = _message(str(number % conversations))
            answered = answers.expect(event.id)
            began = time.perf_counter()
            await dialogues.inbox.accept(event)
            await answered
            took.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(per_second * seconds)):
                await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
                group.create_task(person(number))
    cuts = statistics.quantiles(took, n=100)
    return Latency(p50=cuts[49], p99=cuts[98])


def _message(chat: str) -> Message:
    address, person = Address(CHANNEL, chat), Person(chat)
    return Message(
        id=secrets.token_hex(8), address=address, person=person, at=time.time(), text="hello there"
    )
