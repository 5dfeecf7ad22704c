"""A message whose fate is unknown comes at most twice, whatever dies in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from botcore.channels.telegram import TelegramChannel
from botcore.channels.telegram.tries import RecentAttempts
from botcore.delivery.shown import MemoryShown
from botcore.errors import ChannelError
from botcore.testing.fake_telegram import FakeChat, FakeTelegram, Lose, Refuse
from botcore.types import Address, Outgoing, Reply
from tests.telegram_channel.conftest import options_for, outgoing

Process = Callable[[], AbstractAsyncContextManager[TelegramChannel]]


@pytest.fixture
def chat(fake: FakeTelegram) -> FakeChat:
    return fake.private(fake.person("Ann"))


def processes(fake: FakeTelegram, **changes: str) -> Process:
    """One after another, on one store. They leave the patience to their sender."""
    store = MemoryShown()

    @asynccontextmanager
    async def process() -> AsyncIterator[TelegramChannel]:
        options = options_for(fake, patience_seconds=0.0, **changes)
        channel = TelegramChannel(options, shown=store, attempts=store)
        try:
            yield channel
        finally:
            await channel.aclose()

    return process


def to(chat: FakeChat, reply: Reply | str = "hello") -> Outgoing:
    return outgoing(Address("telegram", str(chat.id)), reply, key="k")


async def lose(fake: FakeTelegram, process: Process, message: Outgoing) -> None:
    """The process dies over a send whose answer it never hears."""
    fake.fault("sendMessage", Lose())
    async with process() as channel:
        with pytest.raises(ChannelError):
            await channel.send(message)


async def test_over_any_number_of_crashes_a_message_comes_at_most_twice(
    fake: FakeTelegram, chat: FakeChat
) -> None:
    process, message = processes(fake), to(chat)
    await lose(fake, process, message)
    await lose(fake, process, message)
    for _ in range(3):
        async with process() as channel:
            await channel.send(message)
            assert channel.uncertain == 1
    assert fake.said(chat) == ["hello"] * 2


async def test_what_has_arrived_is_not_sent_again_by_the_next_process(
    fake: FakeTelegram, chat: FakeChat
) -> None:
    process = processes(fake)
    for _ in range(2):
        async with process() as channel:
            await channel.send(to(chat))
            assert channel.uncertain == 0
    assert fake.said(chat) == ["hello"]


async def test_a_try_that_was_refused_does_not_count(fake: FakeTelegram, chat: FakeChat) -> None:
    process, message = processes(fake), to(chat, "**hello**")
    fake.fault("sendMessage", Refuse(400, "can't parse entities"))
    async with process() as channel:
        await channel.send(message)
        assert channel.uncertain == 0
    assert fake.said(chat) == ["hello"]


async def test_a_repetition_may_say_that_it_is_one(fake: FakeTelegram, chat: FakeChat) -> None:
    process, message = processes(fake, uncertain_sends="mark"), to(chat, "**hello** Ann")
    await lose(fake, process, message)
    async with process() as channel:
        await channel.send(message)
    first, second = fake.shown(chat)
    assert (first.text, second.text) == ("hello Ann", "hello Ann\n\n(This may have reached you already.)")
    assert first.entities == second.entities


async def test_a_text_without_room_for_the_line_is_repeated_as_it_is(
    fake: FakeTelegram, chat: FakeChat
) -> None:
    process, message = processes(fake, uncertain_sends="mark"), to(chat, "x" * 4096)
    await lose(fake, process, message)
    async with process() as channel:
        await channel.send(message)
    assert fake.said(chat) == ["x" * 4096] * 2


async def test_without_a_store_this_process_remembers() -> None:
    attempts, here = RecentAttempts(), Address("telegram", "1")
    assert [await attempts.begin(here, "k", 0) for _ in range(2)] == [0, 1]
    await attempts.failed(here, "k", 0)
    assert await attempts.begin(here, "k", 0) == 1
    await attempts.arrived(here, "k", 0)
    assert await attempts.begin(here, "k", 0) is None
    assert await attempts.begin(here, "k", 1) == 0


async def test_persons_and_groups_have_their_own_rates_and_topics_share_one(fake: FakeTelegram) -> None:
    async with processes(fake)() as channel:
        everyone, ann = channel.rates(Address("telegram", "5"))
        _, group = channel.rates(Address("telegram", "-100"))
        _, topic = channel.rates(Address("telegram", "-100:7"))
        assert (everyone.per_second, ann.per_second) == (30, 1)
        assert group == topic
        assert group.per_second * 60 == pytest.approx(20)
        assert not channel.rates(Address("telegram", "nonsense"))
