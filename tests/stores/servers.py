"""Real Valkey servers on loopback: alone, as a cluster of three with a replica, or behind sentinels."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from botcore.stores.embedded import find_server

HOST = "127.0.0.1"
PATIENCE = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Node:
    """`async with Node(folder, ...)`: one server process."""

    def __init__(self, folder: Path, *words: str, options: dict[str, object] | None = None) -> None:
        self._folder = folder
        self._words = words
        self._options = options or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.redis = Redis(
            host=HOST, port=self.port, socket_timeout=2, protocol=2, retry=Retry(NoBackoff(), 0)
        )

    async def __aenter__(self) -> Node:
        self._folder.mkdir(parents=True)
        options = {"port": self.port, "bind": HOST, "dir": self._folder, "save": "", **self._options}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        with (self._folder / "log").open("ab") as output:
            self._process = subprocess.Popen(
                [str(find_server()), *self._words, *words], stdout=output, stderr=output
            )
        await until(self.answers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        await self.redis.aclose()

    async def answers(self) -> bool:
        return bool(await self.redis.ping())

    async def command(self, *words: object) -> object:
        return await self.redis.execute_command(*words)

    async def kill(self) -> None:
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Whatever fails meanwhile counts as not yet."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if await condition():
                    return
            except (RedisError, OSError):
                pass
            await asyncio.sleep(0.05)


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[list[Node]]:
    """Three masters; the fourth node is a replica of the one that has slot 13907, the third."""
    async with AsyncExitStack() as stack:
        nodes = []
        for number in range(4):
            options = {"cluster-enabled": "yes", "cluster-port": free_port(), "cluster-node-timeout": 1000}
            node = Node(folder / str(number), options={**options, "cluster-replica-validity-factor": 0})
            nodes.append(await stack.enter_async_context(node))
            for slots in [("0 5460", "5461 10922", "10923 16383")[number]] if number < 3 else []:
                await node.command("CLUSTER", "ADDSLOTSRANGE", *slots.split())
            if number:
                bus = options["cluster-port"]
                await nodes[0].command("CLUSTER", "MEET", HOST, node.port, bus)
                await node.command("CLUSTER", "MEET", HOST, nodes[0].port, await _bus(nodes[0]))
        for node in nodes:
            await until(lambda node=node: _knows(node, 4))
        owner = await nodes[2].command("CLUSTER", "MYID")
        await until(lambda: nodes[3].command("CLUSTER", "REPLICATE", owner))
        for node in nodes:
            await until(lambda node=node: _is_whole(node))
        await until(lambda: _follows(nodes[3]))
        yield nodes


async def _bus(node: Node) -> int:
    return int((await node.redis.config_get("cluster-port"))["cluster-port"])


async def _knows(node: Node, count: int) -> bool:
    info = await node.redis.execute_command("CLUSTER INFO")
    return int(info["cluster_known_nodes"]) == count


async def _is_whole(node: Node) -> bool:
    info = await node.redis.execute_command("CLUSTER INFO")
    return bool(info["cluster_state"] == "ok" and int(info["cluster_size"]) == 3)


async def _follows(node: Node) -> bool:
    return bool((await node.redis.info("replication")).get("master_link_status") == "up")


@asynccontextmanager
async def sentinels(folder: Path) -> AsyncIterator[tuple[list[Node], list[Node]]]:
    """A master and its replica, and the three sentinels that watch them as `mymaster`."""
    async with AsyncExitStack() as stack:
        master = await stack.enter_async_context(Node(folder / "master"))
        replica = Node(folder / "replica", options={"replicaof": f"{HOST} {master.port}"})
        await stack.enter_async_context(replica)
        await until(lambda: _follows(replica))
        watchers = []
        for number in range(3):
            home = folder / f"sentinel{number}"
            (folder / f"sentinel{number}.conf").write_text(
                f"sentinel monitor mymaster {HOST} {master.port} 2\n"
                "sentinel down-after-milliseconds mymaster 800\n"
                "sentinel failover-timeout mymaster 3000\n"
            )
            watcher = Node(home, str(folder / f"sentinel{number}.conf"), "--sentinel")
            watchers.append(await stack.enter_async_context(watcher))
        for watcher in watchers:
            await until(lambda watcher=watcher: _is_ready(watcher))
        yield [master, replica], watchers


async def _is_ready(watcher: Node) -> bool:
    [state] = (await watcher.redis.sentinel_masters()).values()
    return int(state["num-slaves"]) == 1 and int(state["num-other-sentinels"]) == 2
