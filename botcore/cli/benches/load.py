"""Puts messages on a path, and measures what comes back: at full speed, and at a steady rate."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.app.garbage import spare_what_stays
from botcore.cli.benches.echo import CHANNEL, Runner
from botcore.config import Settings
from botcore.config.settings import LimitSettings
from botcore.errors import MailboxFull
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
    """Pipelines of commands a message."""
    reads: float
    """Times that the server read from us a message: round trips."""
    server_us: float
    """Processor time of the server a message."""


class Latency(msgspec.Struct, frozen=True):
    """From the arrival of a message to its answer in the channel's hands, in ms."""

    p50: float
    p99: float
    reads: float
    """Round trips to the server a message, without those of an idle process."""


@asynccontextmanager
async def fresh_server() -> AsyncIterator[Dialogues]:
    """An empty Valkey of our own, with AOF everysec, which goes with its folder at the end."""
    with tempfile.TemporaryDirectory(prefix="botcore-bench-") as folder:
        settings = Settings(data_dir=Path(folder), limits=LimitSettings(enabled=False))
        async with open_dialogues(settings) as dialogues:
            yield dialogues


async def _idle_reads(dialogues: Dialogues) -> float:
    """Those that happen each second without any message: heartbeats, looks for the dead, empty waits."""
    before = await server_load(dialogues)
    await asyncio.sleep(1)
    return (await server_load(dialogues)).reads - before.reads


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
    """On an empty server; every message is answered before the run ends."""
    async with fresh_server() as dialogues:
        return await drive(dialogues, runner, messages, [str(number) for number in range(conversations)])


async def drive(dialogues: Dialogues, runner: Runner, messages: int, chats: Sequence[str]) -> Rate:
    """The same on a server that may hold something already, over these conversations."""
    answers, numbers = _Answers(), itertools.count()

    async def person() -> None:
        while (number := next(numbers)) < messages:
            event = message_in(chats[number % len(chats)])
            answered = answers.expect(event.id)
            await insist(dialogues, event)
            await answered

    async with runner(dialogues, answers.sent):
        spare_what_stays()  # as the service does, for the bare loop too
        calls, pipelines = dialogues.commands.calls, dialogues.commands.pipelines
        before, began, cpu = await server_load(dialogues), time.perf_counter(), time.process_time()
        await asyncio.gather(*(person() for _ in range(min(AT_ONCE, messages))))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        after = await server_load(dialogues)
        return Rate(
            per_second=messages / took,
            cpu_us=cpu / messages * 1e6,
            calls=(dialogues.commands.calls - calls) / messages,
            pipelines=(dialogues.commands.pipelines - pipelines) / messages,
            reads=(after.reads - before.reads) / messages,
            server_us=(after.cpu_seconds - before.cpu_seconds) / messages * 1e6,
        )


class ServerLoad(msgspec.Struct, frozen=True):
    """What the server has done since it started."""

    reads: int
    """How often it read from a client: one for a command, or for all those of a pipeline."""
    cpu_seconds: float
    memory: int
    """Bytes in use."""


async def server_load(dialogues: Dialogues) -> ServerLoad:
    info = await dialogues.redis.info()
    return ServerLoad(
        reads=int(info["total_reads_processed"]),
        cpu_seconds=float(info["used_cpu_user"]) + float(info["used_cpu_sys"]),
        memory=int(info["used_memory"]),
    )


async def steady(runner: Runner, per_second: float, seconds: float, conversations: int) -> Latency:
    """Messages arrive by the clock, whether or not the last one was answered."""
    answers = _Answers()
    took: list[float] = []
    async with fresh_server() as dialogues, runner(dialogues, answers.sent):

        async def person(number: int) -> None:
            event = message_in(str(number % conversations))
            answered = answers.expect(event.id)
            began = time.perf_counter()
            await insist(dialogues, event)
            await answered
            took.append((time.perf_counter() - began) * 1000)

        idle = await _idle_reads(dialogues)
        before, began = await server_load(dialogues), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(per_second * seconds)):
                await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
                group.create_task(person(number))
        reads = (await server_load(dialogues)).reads - before.reads
    cuts = statistics.quantiles(took, n=100)
    return Latency(p50=cuts[49], p99=cuts[98], reads=(reads - idle * seconds) / len(took))


async def stored_bytes(dialogues: Dialogues) -> int:
    """What the server holds for its keys, without buffers and clients."""
    stats = await dialogues.redis.memory_stats()
    return int(stats["dataset.bytes"]) + sum(map(int, stats.get("db.0", {}).values()))


async def insist(dialogues: Dialogues, event: Message) -> None:
    """As a channel does that keeps what is refused, and brings it again."""
    while True:
        try:
            await dialogues.inbox.accept(event)
            return
        except MailboxFull:
            await asyncio.sleep(0.005)


def message_in(chat: str) -> Message:
    """One that somebody writes there now."""
    address, person = Address(CHANNEL, chat), Person(chat)
    return Message(
        id=secrets.token_hex(8), address=address, person=person, at=time.time(), text="hello there"
    )
