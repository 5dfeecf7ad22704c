"""What every record of shown messages promises."""

from __future__ import annotations

from typing import Protocol

import pytest
from redis.asyncio import Redis

from botcore.channels.base import Attempts, ShownMessages
from botcore.delivery import keys
from botcore.delivery.shown import MemoryShown, RedisShown
from botcore.stores.commands import Commands
from botcore.types import Address

HERE, THERE = Address("telegram", "-100:7"), Address("telegram", "5")


class Record(ShownMessages, Attempts, Protocol):
    """Both promises, kept by one class."""


@pytest.fixture(params=["memory", "redis"])
def shown(request: pytest.FixtureRequest, redis: Redis) -> Record:
    if request.param == "redis":
        return RedisShown(Commands(redis), messages=3, keep_seconds=60)
    return MemoryShown(messages=3)


async def test_ids_are_kept_in_order_and_lead_back_to_their_message(shown: Record) -> None:
    await shown.keep(HERE, "k1", ["7", "8", "10"])
    assert await shown.of(HERE, "k1") == ("7", "8", "10")
    assert [await shown.key_of(HERE, id) for id in ("7", "10", "9", "")] == ["k1", "k1", "", ""]


async def test_nothing_is_known_of_what_was_never_kept_or_of_another_conversation(shown: Record) -> None:
    await shown.keep(HERE, "k1", ["7"])
    assert await shown.of(HERE, "k2") == ()
    assert await shown.of(THERE, "k1") == ()
    assert await shown.key_of(THERE, "7") == ""


async def test_keeping_again_replaces_what_was_kept(shown: Record) -> None:
    await shown.keep(HERE, "k1", ["7", "8"])
    await shown.keep(HERE, "k1", ["8", "9"])
    assert await shown.of(HERE, "k1") == ("8", "9")
    assert [await shown.key_of(HERE, id) for id in "789"] == ["", "k1", "k1"]


async def test_a_message_that_took_anothers_place_is_the_one_that_is_found(shown: Record) -> None:
    await shown.keep(HERE, "old", ["7"])
    await shown.keep(HERE, "new", ["7"])
    assert await shown.key_of(HERE, "7") == "new"
    await shown.keep(HERE, "old", [])
    assert await shown.key_of(HERE, "7") == "new"


async def test_the_oldest_goes_where_there_would_be_too_many(shown: Record) -> None:
    for number in range(5):
        await shown.keep(HERE, f"k{number}", [str(number)])
    assert [await shown.of(HERE, f"k{number}") for number in range(5)] == [(), (), ("2",), ("3",), ("4",)]
    assert [await shown.key_of(HERE, str(number)) for number in range(5)] == ["", "", "k2", "k3", "k4"]


@pytest.mark.parametrize("odd", ["", "naïve 🙂", 'a"b\\', "x" * 5000, "-1:0.ab:0"])
async def test_any_key_and_any_id_will_do(shown: Record, odd: str) -> None:
    await shown.keep(HERE, odd, [odd, "7"])
    assert await shown.of(HERE, odd) == (odd, "7")
    assert await shown.key_of(HERE, "7") == odd


async def test_tries_are_counted_for_each_part_and_those_that_failed_do_not_count(shown: Record) -> None:
    assert await shown.begin(HERE, "k1", 0) == 0
    assert await shown.begin(HERE, "k1", 0) == 1
    assert await shown.begin(HERE, "k1", 1) == 0
    await shown.failed(HERE, "k1", 0)
    assert await shown.begin(HERE, "k1", 0) == 1
    assert await shown.begin(THERE, "k1", 0) == 0


async def test_a_part_that_has_arrived_is_known_to_have(shown: Record) -> None:
    await shown.begin(HERE, "k1", 0)
    await shown.arrived(HERE, "k1", 0)
    assert [await shown.begin(HERE, "k1", part) for part in (0, 0, 1)] == [None, None, 0]
    await shown.failed(HERE, "k1", 0)
    assert await shown.begin(HERE, "k1", 0) is None


async def test_a_failure_without_a_try_is_a_no_op(shown: Record) -> None:
    await shown.failed(HERE, "k1", 0)
    assert await shown.begin(HERE, "k1", 0) == 0


async def test_the_record_expires_and_stays_within_its_bound(redis: Redis) -> None:
    shown = RedisShown(Commands(redis), messages=3, keep_seconds=60)
    for number in range(10):
        await shown.keep(HERE, f"k{number}", [str(number), f"{number}b"])
        await shown.begin(HERE, f"k{number}", 0)
    assert await redis.hlen(keys.shown(HERE)) == 9
    assert await redis.llen(keys.shown_order(HERE)) == 3
    assert all([await redis.ttl(name) > 0 for name in await redis.keys("*")])
