"""Delivery under every load that its promises name, each beside the bare loop where that makes sense."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

import msgspec

from botcore.app.dialogues import Dialogues
from botcore.cli.benches.crowd import answered_together, crowd, resident_kb, until_quiet
from botcore.cli.benches.echo import Runner, bare, bot, thoughtful_bare, thoughtful_bot
from botcore.cli.benches.lines import Line
from botcore.cli.benches.load import (
    Rate,
    drive,
    fresh_server,
    full_speed,
    insist,
    message_in,
    steady,
    stored_bytes,
)
from botcore.cli.benches.overload import overload
from botcore.cli.benches.stock import long_conversations, many_conversations
from botcore.cli.common import progress
from botcore.delivery import keys
from botcore.types import Outgoing

Measure = Callable[[], Awaitable[Rate]]

DEATHS = 5
TURNS = 20
"""Of the idle conversation whose memory is told."""


class Scale(msgspec.Struct, frozen=True):
    """How much is done: by default about two minutes in all."""

    messages: int
    """Of a run at full speed."""
    seconds: float
    """Of a run at 50 messages a second."""
    stored: int
    processes: int


async def delivery_lines(scale: Scale) -> list[Line]:
    """All of it, with a word before each part."""
    parts = {
        "one process": _one,
        f"{scale.processes} processes": _together,
        "handlers of 0 to 5 ms": _thinking,
        "50 messages a second": _unloaded,
        "long conversations": _long,
        f"{scale.stored} stored conversations": _many,
        "memory": _memory,
        "deaths": _deaths,
        "fifty times the load": overload_lines,
    }
    lines = []
    for name, part in parts.items():
        progress.print(f"{name} …", style="dim")
        lines += await part(scale)
    return lines


async def _one(scale: Scale) -> list[Line]:
    """Interleaved, so that a busy moment of the machine meets both."""
    pairs = [
        (await full_speed(bot, scale.messages, 100), await full_speed(bare, scale.messages, 100))
        for _ in range(2)
    ]
    ours, floor = (min(side, key=lambda rate: rate.cpu_us) for side in zip(*pairs, strict=True))
    return [
        Line("processor time an echo", "µs", ours.cpu_us, floor.cpu_us, "ratio ≤ 2"),
        Line("the server's processor time an echo", "µs", ours.server_us, floor.server_us),
        Line("round trips a message, loaded", "", ours.reads, floor.reads, "< 1"),
    ]


async def _together(scale: Scale) -> list[Line]:
    lines = []
    for conversations, goal in ((100, "≥ 5000 on 2 cores"), (10_000, "≥ 2500")):
        what = f"{scale.processes} processes, {conversations} conversations"
        ours = await _rate_together("bot", scale.processes, 2 * scale.messages, conversations)
        floor = await _rate_together("bare", scale.processes, 2 * scale.messages, conversations)
        lines.append(Line(what, "messages/s", ours, floor, goal))
    return lines


async def _rate_together(runner: str, processes: int, messages: int, conversations: int) -> float:
    async with fresh_server() as dialogues, crowd(dialogues, processes, runner):
        await answered_together(dialogues, messages // 10, conversations)  # to be warm
        return await answered_together(dialogues, messages, conversations)


async def _thinking(scale: Scale) -> list[Line]:
    ours, reordered = await _in_order(thoughtful_bot, scale.messages)
    floor, _ = await _in_order(thoughtful_bare, scale.messages)
    return [
        Line("handlers of 0 to 5 ms, 20 conversations", "messages/s", ours, floor, "≥ 3000"),
        Line("of these, answered out of order", "messages", reordered, goal="0"),
    ]


async def _in_order(runner: Runner, messages: int) -> tuple[float, int]:
    """Answers a second, and how many came after the answer to a later message of their conversation."""
    answered: dict[str, list[str]] = defaultdict(list)
    ended, left = asyncio.Event(), messages // 20 * 20

    async def sent(outgoing: Outgoing) -> None:
        nonlocal left
        answered[outgoing.address.chat].append(outgoing.in_reply_to)
        left -= 1
        if not left:
            ended.set()

    async def person(chat: str) -> int:
        events = [message_in(chat) for _ in range(messages // 20)]
        for event in events:
            await insist(dialogues, event)
        await ended.wait()
        return sum(event.id != id for event, id in zip(events, answered[chat], strict=True))

    async with fresh_server() as dialogues, runner(dialogues, sent):
        began = time.perf_counter()
        wrong = await asyncio.gather(*(person(str(number)) for number in range(20)))
        return messages // 20 * 20 / (time.perf_counter() - began), sum(wrong)


async def _unloaded(scale: Scale) -> list[Line]:
    ours, floor = await steady(bot, 50, scale.seconds, 20), await steady(bare, 50, scale.seconds, 20)
    return [
        Line("50 messages/s: p50", "ms", ours.p50, floor.p50, "≤ 3"),
        Line("50 messages/s: p99", "ms", ours.p99, floor.p99, "≤ 20"),
        Line("round trips a message, unloaded", "", ours.reads, floor.reads, "≤ 6"),
    ]


async def _long(scale: Scale) -> list[Line]:
    chats = [str(number) for number in range(20)]
    async with fresh_server() as dialogues:
        await long_conversations(dialogues, chats, 50)
        await long_conversations(dialogues, [f"long{chat}" for chat in chats], 10_000)
        short, long = await _compared(
            lambda: drive(dialogues, bot, scale.messages // 2, chats),
            lambda: drive(dialogues, bot, scale.messages // 2, [f"long{chat}" for chat in chats]),
        )
    return [Line("a message after 10,000 turns, beside after 50", "µs", long, short, "ratio ≤ 1.15")]


async def _many(scale: Scale) -> list[Line]:
    chats = [str(number) for number in range(100)]
    async with fresh_server() as small, fresh_server() as large:
        await many_conversations(large, scale.stored)
        few, many = await _compared(
            lambda: drive(small, bot, scale.messages // 2, chats),
            lambda: drive(large, bot, scale.messages // 2, chats),
        )
    return [
        Line(f"a message beside {scale.stored:,} conversations, beside 1", "µs", many, few, "ratio ≤ 1.15")
    ]


async def _compared(one: Measure, other: Measure) -> tuple[float, float]:
    """Processor time of bot and server a message, the least of three runs each, one after the other."""
    pairs = [(await one(), await other()) for _ in range(3)]
    best = [min(rate.cpu_us + rate.server_us for rate in side) for side in zip(*pairs, strict=True)]
    return best[0], best[1]


async def _memory(scale: Scale) -> list[Line]:
    conversations = 250
    async with fresh_server() as dialogues:
        await drive(dialogues, bot, 1000, ["warm"])  # scripts and buffers, which no conversation adds to
        before = await stored_bytes(dialogues)
        await drive(dialogues, bot, TURNS * conversations, [str(number) for number in range(conversations)])
        kept = (await stored_bytes(dialogues) - before) / conversations / 1024
    async with fresh_server() as dialogues, crowd(dialogues, 1, "bot") as (worker,):
        await answered_together(dialogues, 10_000, 1000)
        began = resident_kb(worker.pid)
        await answered_together(dialogues, 10_000, 10_000)
        grown = resident_kb(worker.pid) - began
    return [
        Line(f"Redis memory of an idle conversation of {TURNS} turns", "KB", kept, goal="≤ 8"),
        Line("a worker's growth over 10,000 further conversations", "KB", grown, goal="flat"),
    ]


async def _deaths(scale: Scale) -> list[Line]:
    waits = [await _wait_after_death() for _ in range(DEATHS)]
    return [
        Line(
            f"from a worker's death to its turn's answer, median of {DEATHS}", "s", statistics.median(waits)
        ),
        Line("the longest of them", "s", max(waits), goal="≤ 3"),
    ]


async def _wait_after_death() -> float:
    """Kills the one of two processes that has turns in hand."""
    async with fresh_server() as dialogues, crowd(dialogues, 1, "thoughtful") as (worker,):
        await asyncio.sleep(0.5)  # its pulse is known
        async with crowd(dialogues, 1, "bot"):
            for number in range(400):
                await insist(dialogues, message_in(str(number)))
            while not await _has_turns(dialogues):  # noqa: ASYNC110  # another process has them
                await asyncio.sleep(0)
            worker.kill()
            began = time.perf_counter()
            await until_quiet(dialogues)
            return time.perf_counter() - began


async def overload_lines(scale: Scale) -> list[Line]:
    seen = await overload(times=50, seconds=scale.seconds)
    return [
        Line(
            f"{seen.times:.0f} times the load of {seen.sustainable:.0f} messages/s: offered",
            "messages/s",
            seen.offered,
        ),
        Line("of these, the first is refused after", "s", seen.first_refusal, goal="≤ 1"),
        Line("accepted and not answered", "messages", seen.unanswered, goal="0"),
        Line("p99 of those accepted, above normal", "s", seen.p99 - seen.normal_p99, goal="≤ 1.5"),
        Line("growth of the worker's memory", "KB", seen.worker_growth, goal="flat"),
        Line("growth of the store", "KB", seen.store_growth, goal="flat"),
    ]


async def _has_turns(dialogues: Dialogues) -> bool:
    return bool((await dialogues.commands("XPENDING", keys.READY, keys.GROUP))[0])
