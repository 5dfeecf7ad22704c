"""A TCP proxy in front of the server that delays, halves and cuts connections when it is told to."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

CHUNK = 65_536


class _Link:
    """One connection, both ways."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.writers = (near, far)
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.halving = False

    def cut(self) -> None:
        self.flowing.set()
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """`async with Proxy(socket, seed)`: clients connect to `url`."""

    def __init__(self, socket: Path, seed: int) -> None:
        self._socket = socket
        self._random = random.Random(seed)
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for link in list(self._links):
            link.cut()
        while self._links:
            await asyncio.sleep(0.005)

    def cut(self) -> None:
        """Break one connection, whatever is on its way."""
        if link := self._any():
            link.cut()

    def halve(self) -> None:
        """Let half of the next bytes through, then break the connection."""
        if link := self._any():
            link.halving = True

    async def delay(self, seconds: float) -> None:
        """Hold one connection's bytes back; they all arrive later."""
        if link := self._any():
            link.flowing.clear()
            await asyncio.sleep(seconds)
            link.flowing.set()

    def _any(self) -> _Link | None:
        return self._random.choice(sorted(self._links, key=id)) if self._links else None

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_unix_connection(str(self._socket))
        except OSError:
            near.transport.abort()
            return
        link = _Link(near, far)
        self._links.add(link)
        pumps = (self._pump(link, reader, far), self._pump(link, far_reader, near))
        await asyncio.gather(*pumps)
        self._links.discard(link)

    async def _pump(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                await link.flowing.wait()
                if link.halving:
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            link.cut()
