"""Files of persons: what is small comes along, the rest by its address. Its type is what its first bytes say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog

from botcore.channels.discord.library import discord
from botcore.channels.discord.wire import File
from botcore.types import Attachment

log = structlog.get_logger()

SECONDS = 10.0
"""For one file to arrive; a later one is told by its address."""
AT_ONCE = 8
MOST_FILES = 10
UNKNOWN = "application/octet-stream"
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
    b"PK\x03\x04": "application/zip",
    b"\x1aE\xdf\xa3": "video/webm",
}
_INSIDE_ZIP = ("application/vnd.openxmlformats", "application/vnd.oasis.opendocument", "application/epub+zip")


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
        media_type = type_of(data, file.media_type)
        return Attachment(file.name, media_type, data, file.url if not data else "", file.alt)

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


def type_of(data: bytes, said: str) -> str:
    """By the first bytes; what only claims to be a picture, a sound or a PDF is taken for what it is: unknown."""
    found = _by_beginning(data)
    if found == "application/zip" and said.startswith(_INSIDE_ZIP):
        return said
    if found:
        return found
    if said.startswith(("image/", "audio/", "video/")) or said == "application/pdf":
        return "image/svg+xml" if said == "image/svg+xml" and b"<svg" in data[:1000] else UNKNOWN
    return said if _is_text(data) or not said.startswith("text/") else UNKNOWN


def _by_beginning(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else "video/mp4"
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return next((kind for beginning, kind in _BEGINNINGS.items() if data.startswith(beginning)), "")


def _is_text(data: bytes) -> bool:
    return b"\x00" not in data[:4096]


def _found(one: discord.Attachment) -> Attachment:
    return Attachment(one.filename, _plain_type(one.content_type), url=one.url, alt=one.description or "")


def described(one: File) -> Attachment:
    """A file that is told by its address only."""
    return Attachment(one.filename, _plain_type(one.content_type), url=one.url, alt=one.description or "")


def _plain_type(content_type: str | None) -> str:
    return (content_type or UNKNOWN).partition(";")[0]
