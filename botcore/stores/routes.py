"""Connections that find their server anew whenever they are made: behind sentinels, in a cluster, or at one address.

All of botcore's keys share one hash tag, so a cluster is the one node that has its slot. A server that says that it is
the wrong one (moved, demoted, down) is a broken connection to whoever uses it: the next try asks for the way again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    MovedError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from botcore.stores.places import Node, Place

SLOT = key_slot(b"{0}")
"""The hash slot of every key; see delivery.keys."""
ASK_SECONDS = 1.0
"""For one sentinel or node to say where the master is."""
_ELSEWHERE = (AskError, ClusterDownError, MasterDownError, MovedError, ReadOnlyError, TryAgainError)


class Route(ABC):
    """Knows the way to the server that takes writes."""

    @abstractmethod
    async def find(self) -> Node:
        """Its host and port now. Raises ConnectionError where nobody knows."""

    def moved(self, said: MovedError) -> None:
        """The server sent us elsewhere."""


class SentinelRoute(Route):
    def __init__(self, place: Place) -> None:
        self._place = place

    async def find(self) -> Node:
        sentinel: Any = Sentinel(self._place.nodes, sentinel_kwargs=_brief())  # type: ignore[no-untyped-call]  # redis-py has no types there
        try:
            host, port = await sentinel.discover_master(self._place.service)
        finally:
            for client in sentinel.sentinels:
                await client.aclose()
        return str(host), int(port)


class ClusterRoute(Route):
    """Asks whichever node answers; learns of further ones from it."""

    def __init__(self, nodes: Sequence[Node], login: dict[str, Any]) -> None:
        self._nodes = list(nodes)
        self._login = login

    async def find(self) -> Node:
        for node in list(self._nodes):
            try:
                return await self._ask(node)
            except (RedisError, OSError):
                continue
        raise ConnectionError(f"no node of the cluster knows who has slot {SLOT}: {self._nodes}")

    async def _ask(self, node: Node) -> Node:
        redis = Redis(host=node[0], port=node[1], **self._login, **_brief())
        redis.response_callbacks.clear()
        try:
            ranges: Any = await redis.execute_command("CLUSTER SLOTS")  # type: ignore[no-untyped-call]  # redis-py has no types there
        finally:
            await redis.aclose()
        for first, last, owner, *replicas in ranges:
            if first <= SLOT <= last:
                known = [(_text(host) or node[0], int(port)) for host, port, *_ in (owner, *replicas)]
                self._nodes = list(dict.fromkeys([*known, *self._nodes]))
                return known[0]
        raise ConnectionError(f"the cluster has nobody for slot {SLOT}")


class DirectRoute(Route):
    """One server; should it turn out to be a member of a cluster, the way leads through that."""

    def __init__(self, node: Node, login: dict[str, Any]) -> None:
        self._node = node
        self._login = login
        self._cluster: ClusterRoute | None = None

    async def find(self) -> Node:
        return await self._cluster.find() if self._cluster else self._node

    def moved(self, said: MovedError) -> None:
        self._cluster = self._cluster or ClusterRoute([self._node, (said.host, said.port)], self._login)


class _Routed(Connection):
    """A connection that asks its route before it connects."""

    def __init__(self, *, route: Route, **options: Any) -> None:
        super().__init__(**options)
        self._route = route

    async def _connect(self) -> None:
        self.host, self.port = await self._route.find()
        await super()._connect()  # type: ignore[no-untyped-call]  # redis-py has no types there

    async def read_response(self, *arguments: Any, **options: Any) -> Any:
        try:
            return await super().read_response(*arguments, **options)
        except _ELSEWHERE as error:
            if isinstance(error, MovedError):
                self._route.moved(error)
            await self.disconnect()
            raise ConnectionError(f"another server has to be asked: {error}") from error
        except ResponseError as error:
            if not str(error).startswith(
                "UNBLOCKED"
            ):  # said to a waiting reader by a master that is none any more
                raise
            await self.disconnect()
            raise ConnectionError(f"another server has to be asked: {error}") from error


class RoutedConnection(_Routed):
    pass


class RoutedTlsConnection(_Routed, SSLConnection):
    pass


def route_to(place: Place) -> Route:
    """By the kind of place. One server has a DirectRoute, which its address makes."""
    if place.kind == "sentinel":
        return SentinelRoute(place)
    return ClusterRoute(place.nodes, login_of(place))


def login_of(place: Place) -> dict[str, Any]:
    return {"username": place.username, "password": place.password, "ssl": place.tls}


def _brief() -> dict[str, Any]:
    return {
        "socket_timeout": ASK_SECONDS,
        "socket_connect_timeout": ASK_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }


def _text(host: Any) -> str:
    return host.decode() if isinstance(host, bytes) else str(host or "")
