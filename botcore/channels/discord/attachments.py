"""Files of persons: what is small comes along, the rest by its address. Its type is what its first bytes say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog

from botcore.channels import media_types
from botcore.channels.discord.library import discord
from botcore.channels.discord.wire import File
from botcore.types import Attachment

log = structlog.get_logger()

SECONDS = 10.0
"""For one file to arrive; a later one is told by its address."""
AT_ONCE = 8
MOST_FILES = 10


class Files:
    """Fetches at most `largest` bytes of a file; 0 fetches nothing."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._places = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def fetched(self, files: Sequence[discord.Attachment]) -> tuple[Attachment, ...]:
        """One for each, in order."""
        return tuple(
            await asyncio.gather(*(self._fetch(_found(one), one.size) for one in files[:MOST_FILES]))
        )

    async def _fetch(self, file: Attachment, size: int) -> Attachment:
        if not 0 < size <= self._largest:
            return file
        try:
            async with asyncio.timeout(SECONDS), self._places:
                data = await self._read(file.url)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("a file could not be fetched", name=file.name, reason=str(error) or "too slow")
            return file
        kind = media_types.media_type(file.media_type, data)
        return Attachment(file.name, kind, data, file.url if not data else "", file.alt)

    async def _read(self, url: str) -> bytes:
        """Empty for a file that is larger than was said."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.get(url, allow_redirects=False) as response:
            response.raise_for_status()
            data = bytearray()
            async for piece in response.content.iter_chunked(65_536):
                data += piece
                if len(data) > self._largest:
                    return b""
            return bytes(data)

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()


def _found(one: discord.Attachment) -> Attachment:
    return Attachment(one.filename, _plain_type(one.content_type), url=one.url, alt=one.description or "")


def described(one: File) -> Attachment:
    """A file that is told by its address only."""
    return Attachment(one.filename, _plain_type(one.content_type), url=one.url, alt=one.description or "")


def _plain_type(content_type: str | None) -> str:
    return (content_type or media_types.UNKNOWN).partition(";")[0]
