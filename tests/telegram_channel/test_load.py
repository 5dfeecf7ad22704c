"""Many people at once, and many messages one after another."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
import pytest

from botcore.asking.stream import Stream
from botcore.channels.telegram import TelegramChannel, TelegramOptions
from botcore.dispatch.turn import Turn
from botcore.testing.fake_telegram import FakeTelegram, Flood
from botcore.types import AnyEvent, Outgoing, Reply
from tests.telegram_channel.conftest import bot

CONVERSATIONS = 200
WORDS = 25


async def tale(turn: Turn) -> None:
    """About two seconds of a model's talk, different for everybody."""

    async def words() -> AsyncIterator[str]:
        for number in range(WORDS):
            yield f"{turn.text}-{number} "
            await asyncio.sleep(0.08)

    await turn.grow(Stream(words()), lambda key: "")


def whole(name: str) -> str:
    return " ".join(f"{name}-{number}" for number in range(WORDS))


async def test_two_hundred_growing_answers_are_all_whole_whatever_telegram_wants_to_wait(
    fake: FakeTelegram,
) -> None:
    """Half of them in private chats, half in groups; 60 calls are answered by 429 with one or two seconds to wait."""
    chance, ann = random.Random(5), fake.person("Ann")
    for method, times in (
        ("sendMessageDraft", 20),
        ("editMessageText", 20),
        ("sendMessage", 15),
        ("sendChatAction", 5),
    ):
        fake.fault(method, *[Flood(chance.choice((1, 2))) for _ in range(times)])
    chats = [fake.private(fake.person(f"p{number}")) for number in range(CONVERSATIONS // 2)]
    chats += [fake.group(f"g{number}") for number in range(CONVERSATIONS // 2)]
    async with bot(fake, tale, edit_seconds=0.5, call_seconds=60.0, patience_seconds=120.0):
        for number, chat in enumerate(chats):
            person = ann if chat.id < 0 else fake.person("Somebody")
            fake.say(chat, person, f"@botcore_bot t{number}")
        await fake.until(
            lambda: all(fake.said(chat) == [whole(f"t{number}")] for number, chat in enumerate(chats)),
            timeout=100,
        )
    assert fake.impatient == 0
    assert [chat.draft for chat in chats if chat.draft] == []
    assert len(fake.called("sendMessageDraft")) > CONVERSATIONS // 2
    assert len(fake.called("editMessageText")) > CONVERSATIONS // 2


SERVER = """
import asyncio, sys
from botcore.testing.fake_telegram import FakeTelegram

async def main(messages: int, chats: int) -> None:
    async with FakeTelegram() as fake:
        people = [fake.person(f"p{n}") for n in range(chats)]
        print(fake.api_url, fake.file_url, fake.token, flush=True)
        for batch in range(0, messages, 1000):
            for n in range(batch, min(messages, batch + 1000)):
                fake.say(fake.private(people[n % chats]), people[n % chats], f"message **{n}**")
            await fake.until(lambda: len(fake.called("sendMessage")) >= min(messages, batch + 1000) - batch, timeout=600)
            fake.calls.clear()
            for chat in fake.chats.values():
                chat.messages.clear()
        print("done", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


class Measured:
    """CPU seconds and memory of this process, in which nothing runs but the channel."""

    def __init__(self) -> None:
        self.answered = 0
        self.cpu = 0.0
        self.memory: list[int] = []


@asynccontextmanager
async def simulated(messages: int, chats: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """A Telegram in a process of its own, so that its work is not counted."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(messages), str(chats),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout
    assert server.stdin
    try:
        yield server, (await server.stdout.readline()).decode().split()
    finally:
        server.stdin.close()
        await server.wait()


async def echoes(messages: int, chats: int = 100) -> Measured:
    measured = Measured()
    async with simulated(messages, chats) as (server, (api_url, file_url, token)):
        channel = TelegramChannel(TelegramOptions(token=token, api_url=api_url, file_url=file_url))

        async def intake(event: AnyEvent, **_: Any) -> None:
            echo = Reply(f"You said: {getattr(event, 'text', '')}", buttons=["Yes", "No"])
            await channel.send(Outgoing(key=f"{event.id}:1.a:0", address=event.address, reply=echo))
            measured.answered += 1
            if measured.answered % 10_000 == 0:
                gc.collect()
                measured.memory.append(psutil.Process().memory_info().rss)

        began = time.process_time()
        running = asyncio.create_task(channel.run(intake))
        assert server.stdout
        assert await server.stdout.readline() == b"done\n"
        measured.cpu = time.process_time() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.aclose()
    return measured


async def test_an_echo_costs_the_adapter_little(capsys: pytest.CaptureFixture[str]) -> None:
    """Reading, sending by python-telegram-bot and HTTP included. The goal is 2 ms; a busy machine is allowed more."""
    measured = await echoes(1_000)
    milliseconds = 1000 * measured.cpu / measured.answered
    with capsys.disabled():
        print(f"\nTelegram: {milliseconds:.2f} ms of CPU a message, in and out ({measured.answered} echoes)")
    assert measured.answered == 1_000
    assert milliseconds < 8


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_memory_is_flat_over_100_000_messages(capsys: pytest.CaptureFixture[str]) -> None:
    """What the channel remembers is bounded by 10,000 messages: after 20,000 nothing grows any more."""
    measured = await echoes(100_000, 1_000)
    megabytes = [size / 1e6 for size in measured.memory]
    with capsys.disabled():
        print(f"\nTelegram: {megabytes} MB after each 10,000 messages")
    assert measured.answered == 100_000
    assert megabytes[-1] - megabytes[1] < 15
