"""Sessions in Redis: a hash `b:{0}:w:<session>` each, which expires by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.delivery import keys
from botcore.errors import StoreUnavailable
from botcore.stores.errors import translate
from botcore.web.sessions import (
    RETENTION_SECONDS,
    Session,
    SessionStore,
    digest,
    matches,
    new_token,
    split_token,
)

PREFIX = keys.PREFIX + "w:"
_LONGEST_ID = 64


class RedisSessions(SessionStore):
    """`redis` without `decode_responses`, since a digest is bytes."""

    def __init__(self, redis: Redis, *, retention_seconds: float = RETENTION_SECONDS) -> None:
        self._redis = redis
        self._retention_ms = int(retention_seconds * 1000)

    async def create(self, *, name: str = "", locale: str = "") -> tuple[Session, str]:
        id, secret = new_token()
        with _store_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(
                    PREFIX + id,
                    mapping={
                        "digest": digest(secret),
                        "name": name,
                        "locale": locale,
                        "created": int(time.time()),
                    },
                )
                pipe.pexpire(PREFIX + id, self._retention_ms)
                await pipe.execute()
        return Session(id, name, locale), f"{id}.{secret}"

    async def find(self, token: str) -> Session | None:
        id, secret = split_token(token)
        if not id.isascii() or len(id) > _LONGEST_ID:
            return None
        with _store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hmget(PREFIX + id, ["digest", "name", "locale"])
                pipe.pttl(PREFIX + id)
                (kept, name, locale), left_ms = await pipe.execute()
            if not matches(secret, kept):
                return None
            if left_ms < self._retention_ms * 0.9:  # not a write for every request
                await self._redis.pexpire(PREFIX + id, self._retention_ms)
        return Session(id, (name or b"").decode(), (locale or b"").decode())

    async def forget(self, session: str) -> None:
        with _store_errors():
            await self._redis.delete(PREFIX + session)


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise translate(error) from error
    except OSError as error:
        raise StoreUnavailable(f"Redis can't be reached for sessions: {error}") from error
