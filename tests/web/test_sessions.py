"""The promise of a session store, kept by each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from botcore.errors import StoreUnavailable
from botcore.web.redis_sessions import RedisSessions
from botcore.web.sessions import MemorySessions, Session, SessionStore

Make = Callable[[float], SessionStore]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "memory":
        return lambda seconds: MemorySessions(retention_seconds=seconds)
    redis: Redis = request.getfixturevalue("redis")
    return lambda seconds: RedisSessions(redis, retention_seconds=seconds)


@pytest.fixture
def store(make: Make) -> SessionStore:
    return make(60)


async def test_a_token_finds_its_session(store: SessionStore) -> None:
    session, token = await store.create(name="小明", locale="zh-CN")
    assert await store.find(token) == session == Session(session.id, "小明", "zh-CN")
    assert token.startswith(f"{session.id}.")


async def test_tokens_are_never_alike(store: SessionStore) -> None:
    tokens = [(await store.create())[1] for _ in range(50)]
    assert len({part for token in tokens for part in token.split(".")}) == 100
    assert min(len(token) for token in tokens) > 60


@pytest.mark.parametrize(
    "token", ["", ".", "a", "a.b", ".b", "é.b", "\x00.\x00", "x" * 100_000, "*.*", "\ud800.x"]
)
async def test_what_is_no_token_finds_nothing(store: SessionStore, token: str) -> None:
    await store.create()
    assert await store.find(token) is None


async def test_a_token_with_a_wrong_secret_finds_nothing(store: SessionStore) -> None:
    session, token = await store.create()
    other = (await store.create())[1]
    for wrong in [
        token[:-1],
        token + "x",
        f"{session.id}.",
        f"{session.id}.{other.split('.')[1]}",
        session.id,
    ]:
        assert await store.find(wrong) is None


async def test_a_forgotten_session_is_not_found(store: SessionStore) -> None:
    session, token = await store.create()
    await store.forget(session.id)
    await store.forget(session.id)
    assert await store.find(token) is None


async def test_a_session_that_is_not_used_expires(make: Make) -> None:
    store = make(0.05)
    _, token = await store.create()
    async with asyncio.timeout(5):
        await asyncio.sleep(0.06)
        assert await store.find(token) is None


async def test_a_session_that_is_used_lives_on(make: Make) -> None:
    store = make(0.5)
    _, token = await store.create()
    for _ in range(8):
        await asyncio.sleep(0.1)
        assert await store.find(token)


async def test_using_a_wrong_token_does_not_prolong_a_session(redis: Redis) -> None:
    store = RedisSessions(redis, retention_seconds=60)
    session, token = await store.create()
    await redis.pexpire(f"b:{{0}}:w:{session.id}", 10_000)
    await store.find(f"{session.id}.wrong")
    assert await redis.pttl(f"b:{{0}}:w:{session.id}") <= 10_000
    await store.find(token)
    assert await redis.pttl(f"b:{{0}}:w:{session.id}") > 50_000


async def test_the_store_never_holds_the_secret(redis: Redis) -> None:
    session, token = await RedisSessions(redis).create(name="n")
    assert [key async for key in redis.scan_iter()] == [f"b:{{0}}:w:{session.id}".encode()]
    held = await redis.hgetall(f"b:{{0}}:w:{session.id}")
    assert token.split(".")[1].encode() not in b"".join([*held.keys(), *held.values()])


async def test_sessions_outlive_the_process(redis: Redis) -> None:
    session, token = await RedisSessions(redis).create(name="n")
    assert await RedisSessions(redis).find(token) == session


async def test_a_store_that_is_away_says_so() -> None:
    async with Redis(unix_socket_path="/nowhere/socket", retry=None) as redis:
        store = RedisSessions(redis)
        with pytest.raises(StoreUnavailable):
            await store.create()
        with pytest.raises(StoreUnavailable):
            await store.find("a.b")
