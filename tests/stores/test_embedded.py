"""The Valkey server that botcore starts by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.errors import ConfigurationError, StoreUnavailable
from botcore.stores.connection import check, connect
from botcore.stores.embedded import EmbeddedValkey


async def pid_of(server: EmbeddedValkey) -> int:
    redis = connect(server.url)
    try:
        return int((await redis.info("server"))["process_id"])
    finally:
        await redis.aclose()


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        async with EmbeddedValkey(tmp_path) as server:
            redis = connect(server.url)
            assert await redis.get("key") == expected
            await redis.set("key", "kept")
            await redis.aclose()
    assert not server.socket.exists()


async def test_it_refuses_to_evict_and_says_its_version(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path) as server:
        redis = connect(server.url)
        assert (await check(redis))[0].isdigit()
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        with pytest.raises(ConfigurationError, match="noeviction"):
            await check(redis)
        await redis.aclose()


async def test_a_server_that_dies_is_started_again_with_its_data(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path, fsync="always") as server:
        redis = connect(server.url)
        await redis.set("key", "kept")
        os.kill(await pid_of(server), signal.SIGKILL)
        async with asyncio.timeout(20):
            while await _get(redis) != b"kept":
                await asyncio.sleep(0.05)
        await redis.aclose()


async def test_two_users_share_one_server_and_the_last_one_stops_it(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path) as first:
        first_pid = await pid_of(first)
        async with EmbeddedValkey(tmp_path) as second:
            assert await pid_of(second) == first_pid
        assert await pid_of(first) == first_pid
    with pytest.raises(ProcessLookupError):
        os.kill(first_pid, 0)


KILLED = """
import asyncio, sys
from pathlib import Path
from botcore.stores.embedded import EmbeddedValkey
from botcore.stores.connection import connect

async def main():
    async with EmbeddedValkey(Path(sys.argv[1])) as server:
        await connect(server.url).set("key", "kept")
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_server_of_a_killed_process_is_found_and_used(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert await asyncio.to_thread(process.stdout.readline) == b"ready\n"
        process.kill()
    async with EmbeddedValkey(tmp_path) as server:
        redis = connect(server.url)
        assert await redis.get("key") == b"kept"
        await redis.aclose()
    assert not server.socket.exists()


async def test_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path / ("deep" * 20) / ("deeper" * 20)) as server:
        assert len(os.fsencode(server.socket)) <= 100
        assert await pid_of(server)


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="did not start"):
        async with EmbeddedValkey(tmp_path):
            pass


def test_a_wrong_address_names_its_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"redis\.url"):
        connect("http://localhost")


async def _get(redis: Redis) -> bytes | None:
    try:
        return bytes(await redis.get("key") or b"")
    except (RedisError, OSError):
        return None
