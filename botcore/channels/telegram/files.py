"""Files of persons come along with their bytes, up to a bound; what Telegram says of them is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from botcore.channels.media_types import media_type
from botcore.channels.telegram.api import Api
from botcore.channels.telegram.contents import FoundFile
from botcore.channels.telegram.failures import TelegramFailure, TooLarge
from botcore.types import Attachment

log = structlog.get_logger()

SECONDS = 60.0
"""For the files of one message to arrive; the poll for further updates goes on meanwhile."""
AT_ONCE = 4
"""Messages whose files are fetched at the same time, so that memory stays bounded."""


class Fetched(msgspec.Struct, frozen=True):
    """The files of one message. Those without bytes are named once more, with the reason."""

    attachments: tuple[Attachment, ...] = ()
    too_large: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """There were files, and none of them could be had."""
        return 0 < len(self.attachments) == len(self.too_large) + len(self.failed)


class Files:
    """`limit` bounds the bytes of all files of one message together."""

    def __init__(self, api: Api, limit: int) -> None:
        self._api = api
        self._limit = limit
        self._places = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, found: Sequence[FoundFile]) -> Fetched:
        if not found:
            return Fetched()
        fetched, left = Fetched(), self._limit
        async with self._places:
            give_up = asyncio.get_running_loop().time() + SECONDS
            for file in found:
                fetched, left = await self._one(fetched, file, left, give_up)
        return fetched

    async def _one(self, so_far: Fetched, file: FoundFile, left: int, give_up: float) -> tuple[Fetched, int]:
        unread = (*so_far.attachments, Attachment(file.name, file.media_type))
        try:
            if file.size > left:
                raise TooLarge("its size says so.")
            async with asyncio.timeout_at(give_up):
                data = await self._api.download(file.id, left)
        except TooLarge:
            return Fetched(unread, (*so_far.too_large, file.name), so_far.failed), left
        except (TelegramFailure, TimeoutError) as error:
            log.warning("a file could not be fetched", name=file.name, reason=str(error) or "too slow")
            return Fetched(unread, so_far.too_large, (*so_far.failed, file.name)), left
        read = Attachment(file.name, media_type(file.media_type, data), data)
        return msgspec.structs.replace(so_far, attachments=(*so_far.attachments, read)), left - len(data)
