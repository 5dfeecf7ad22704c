"""The watchdog names who blocks the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from structlog.testing import capture_logs

from botcore import Context, Plugin, Stream
from botcore.dispatch.watchdog import Watchdog
from botcore.testing import TestBot

spinner = Plugin("spinner")


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


@spinner.command("spin")
async def spin_once(ctx: Context) -> str:
    spin(0.5)
    return "done"


@spinner.command("again")
async def spin_again(ctx: Context) -> str:
    for _ in range(2):
        spin(0.6)
        await asyncio.sleep(0.1)
    return "done"


@spinner.command("grow")
async def spin_while_growing(ctx: Context) -> Stream:
    async def pieces() -> AsyncIterator[str]:
        yield "one "
        spin(0.5)
        yield "two"

    return Stream(pieces())


@spinner.command("wait")
async def wait(ctx: Context) -> str:
    await asyncio.to_thread(time.sleep, 0.5)
    return "done"


async def test_a_handler_that_spins_is_named_with_its_line() -> None:
    async with TestBot(spinner) as bot:
        with capture_logs() as told, Watchdog([spinner]) as watchdog:
            assert await bot.say("/spin") == "done"
    [block] = watchdog.blocks
    assert (block.plugin, block.handler) == ("spinner", "spin_once")
    assert "test_watchdog.py" in block.at
    assert block.at.endswith("in spin")
    assert [line["handler"] for line in told if "blocked" in line["event"]] == ["spin_once"]


async def test_a_turn_that_blocks_again_is_told_of_once_and_the_next_one_again() -> None:
    async with TestBot(spinner) as bot:
        with Watchdog([spinner]) as watchdog:
            await bot.say("/again")
            assert len(watchdog.blocks) == 1
            assert watchdog.count == 2
            await bot.say("/again")
    assert [block.handler for block in watchdog.blocks] == ["spin_again"] * 2


async def test_a_growing_answer_that_spins_is_the_plugins() -> None:
    async with TestBot(spinner) as bot:
        with Watchdog([spinner]) as watchdog:
            assert await bot.say("/grow") == "one two"
    [block] = watchdog.blocks
    assert block.plugin == "spinner"


async def test_work_in_a_thread_and_an_idle_loop_are_no_block() -> None:
    async with TestBot(spinner) as bot:
        with Watchdog([spinner]) as watchdog:
            await bot.say("/wait")
            await asyncio.sleep(0.4)
    assert watchdog.blocks == []


async def test_what_is_no_plugins_is_told_too() -> None:
    with Watchdog() as watchdog:
        await asyncio.create_task(_blocking(), name="someone")
        await asyncio.sleep(0.1)
    [block] = watchdog.blocks
    assert (block.plugin, block.turn) == ("", "someone")
    assert "in spin" in block.at
    assert watchdog.seconds >= 0.4


async def _blocking() -> None:
    spin(0.5)
