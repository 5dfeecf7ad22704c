"""Commands that go out together: a mistake in one of them is its caller's alone."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from botcore.errors import StoreError
from botcore.stores.commands import Commands


async def test_a_text_that_cant_be_sent_fails_alone(redis: Redis) -> None:
    commands = Commands(redis)
    async with asyncio.timeout(20):
        kept, refused, read = await asyncio.gather(
            commands("SET", "a", "1"), commands("GET", "\ud800"), commands("GET", "a"), return_exceptions=True
        )
    assert (kept, read) == (b"OK", b"1")
    assert isinstance(refused, StoreError)
    assert "\ud800" not in str(refused)


async def test_a_key_that_is_no_utf8_is_found_by_the_name_that_was_read(redis: Redis) -> None:
    commands = Commands(redis)
    await redis.set(b"web:\xff", "there")
    async with asyncio.timeout(20):
        [name] = await commands("KEYS", "*")
        assert await commands("GET", name.decode("utf-8", "surrogateescape")) == b"there"


@pytest.mark.parametrize("mistake", [ValueError("odd"), OSError("gone")])
async def test_an_error_that_nobody_has_thought_of_reaches_those_who_wait(mistake: Exception) -> None:
    class Pool:
        async def get_connection(self) -> None:
            raise mistake

    redis = Redis()
    redis.connection_pool = Pool()  # type: ignore[assignment]  # one that fails in a way of its own
    async with asyncio.timeout(20):
        with pytest.raises(StoreError, match=str(mistake)):
            await Commands(redis)("PING")
