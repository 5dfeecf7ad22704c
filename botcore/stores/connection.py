"""Opens Redis or Valkey, and refuses a server that would lose dialogues."""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, TimeoutError

from botcore.errors import ConfigurationError, Fault, StoreUnavailable
from botcore.stores.errors import translate
from botcore.stores.places import Place
from botcore.stores.routes import DirectRoute, RoutedConnection, RoutedTlsConnection, route_to

CONNECTIONS = 64
TRIES = 8
"""Over about two seconds: longer outages are the caller's, who can tell the person."""


def connect(url: str, *, tries: int = TRIES, seconds: float = 5.0) -> Redis:
    """A client with a bounded pool and retries with jitter. Raises ConfigurationError for a wrong URL.

    `seconds` is the patience for a connection and for a reply that is read alone.
    """
    retry = Retry(
        ExponentialWithJitterBackoff(base=0.02, cap=0.5),
        tries,
        (ConnectionError, TimeoutError, BusyLoadingError),
    )
    options: dict[str, Any] = {
        "max_connections": CONNECTIONS,
        "timeout": 5,
        "protocol": 2,
        "retry": retry,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "health_check_interval": 30,
    }
    try:
        return Redis.from_pool(BlockingConnectionPool(**_target(url), **options))
    except ValueError as error:
        raise ConfigurationError([Fault("settings", "redis.url", f"not a Redis address: {error}")]) from error


def _target(url: str) -> dict[str, Any]:
    """What the pool's connections are, and how they find their server. Raises ValueError."""
    place = Place.parse(url)
    if place:
        login = {"username": place.username, "password": place.password, "db": place.database}
        kind = RoutedTlsConnection if place.tls else RoutedConnection
        return {**login, "connection_class": kind, "route": route_to(place)}
    target: dict[str, Any] = {**parse_url(url)}
    if "path" in target:
        return target
    node = (target.pop("host", "localhost"), target.pop("port", 6379))
    tls = "connection_class" in target
    login = {"username": target.get("username"), "password": target.get("password"), "ssl": tls}
    kind = RoutedTlsConnection if tls else RoutedConnection
    return {**target, "connection_class": kind, "route": DirectRoute(node, login)}


async def check(redis: Redis) -> str:
    """The server's version. Raises StoreUnavailable, or ConfigurationError for a server that evicts keys."""
    try:
        info = await redis.info()
        policy = str(info.get("maxmemory_policy", "noeviction"))
    except RedisError as error:
        raise translate(error) from error
    except OSError as error:
        raise StoreUnavailable(f"Redis can't be reached: {error}") from error
    if policy != "noeviction":
        problem = (
            "the server may evict dialogues (with LRU, two thirds of them went silently): "
            "set maxmemory-policy noeviction on it"
        )
        raise ConfigurationError([Fault("the Redis server", "maxmemory-policy", problem, policy)])
    return str(info.get("valkey_version") or info.get("redis_version") or "unknown")
