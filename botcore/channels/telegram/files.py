"""Files of persons: small pictures come along, the others by name and type. What Telegram says of them is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import TelegramFailure
from botcore.channels.telegram.reading import FoundFile
from botcore.types import Attachment

log = structlog.get_logger()

SECONDS = 15.0
"""For one picture to arrive; a later one is told by its name."""
AT_ONCE = 4
"""Pictures that are fetched at the same time, so that memory stays bounded."""
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


class Files:
    def __init__(self, api: Api, image_bytes: int) -> None:
        self._api = api
        self._image_bytes = image_bytes
        self._places = asyncio.Semaphore(AT_ONCE)

    async def attachments(self, found: Sequence[FoundFile]) -> tuple[Attachment, ...]:
        """One for each, with its bytes where it is a picture of bearable size."""
        return tuple([await self._attachment(file) for file in found])

    async def _attachment(self, file: FoundFile) -> Attachment:
        unread = Attachment(file.name, file.media_type)
        if not file.media_type.startswith("image/") or file.size > self._image_bytes:
            return unread
        try:
            async with asyncio.timeout(SECONDS), self._places:
                data = await self._api.download(file.id)
        except (TelegramFailure, TimeoutError) as error:
            log.warning("a picture could not be fetched", name=file.name, reason=str(error) or "too slow")
            return unread
        media_type = picture_type(data)
        if not media_type or len(data) > self._image_bytes:
            return Attachment(file.name, media_type or "application/octet-stream")
        return Attachment(file.name, media_type, data)


def picture_type(data: bytes) -> str:
    """By its first bytes; empty for what is no picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _PICTURES.items() if data.startswith(magic)), "")
