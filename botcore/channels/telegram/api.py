"""Calls to Telegram by python-telegram-bot, with their failures in our own words."""

from __future__ import annotations

import logging
import os
from typing import Any

import httpx
from telegram import Bot, InputFile
from telegram.request import HTTPXRequest

from botcore.channels.telegram.failures import Refused, TooLarge, Unreached, failure_of
from botcore.channels.telegram.options import TelegramOptions

# Without this opt-in the library warns of a coming change whenever Telegram says how long to wait.
os.environ.setdefault("PTB_TIMEDELTA", "true")

CONNECT_SECONDS = 10.0
CONNECTIONS = 256


class _Wire(Bot):
    """The library's bot without its parsing: one odd update must not take the others of its batch along, and a message
    whose receipt looks odd was sent all the same."""

    async def call(self, method: str, parameters: dict[str, Any], read_seconds: float) -> Any:
        return await self._post(method, parameters, read_timeout=read_seconds)


class Api:
    """Open until `aclose`. Every method raises a TelegramFailure."""

    def __init__(self, options: TelegramOptions) -> None:
        # It would write addresses, and in these stands the token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._options = options
        self._files = _client(CONNECTIONS, options)
        self._polls = _client(2, options)
        self._downloads = httpx.AsyncClient(timeout=options.call_seconds)
        """The library's own would read a file of any size."""
        self._wire = _Wire(
            options.token,
            base_url=options.api_url,
            base_file_url=options.file_url,
            request=self._files,
            get_updates_request=self._polls,
        )

    async def call(self, method: str, *, patience: float = 0.0, **parameters: Any) -> Any:
        """The result as JSON. `patience` are seconds that the server may take besides the usual ones."""
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            return await self._wire.call(method, given, self._options.call_seconds + patience)
        except Exception as error:
            raise failure_of(error, method) from error

    async def upload(
        self, method: str, field: str, name: str, media_type: str, data: bytes, **parameters: Any
    ) -> Any:
        file = InputFile(data, filename=name)
        if media_type:
            file.mimetype = media_type
        return await self.call(method, patience=len(data) / 50_000, **{field: file}, **parameters)

    async def download(self, file_id: str, limit: int) -> bytes:
        """A file of at most `limit` bytes. Raises TooLarge where it is larger, whatever Telegram says of its size."""
        place = await self.call("getFile", file_id=file_id)
        path = place.get("file_path") if isinstance(place, dict) else None
        if not isinstance(path, str) or path.startswith("/") or "://" in path:
            raise Refused("Telegram named no place for the file.")
        try:
            return await self._fetch(f"{self._options.file_url}{self._options.token}/{path}", limit)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreached(
                f"a file could not be fetched: {type(error).__name__}"
            ) from None  # it names the token

    async def _fetch(self, url: str, limit: int) -> bytes:
        async with self._downloads.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise Refused(f"Telegram answers {response.status_code} instead of a file.")
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > limit:
                    raise TooLarge("a file is larger than it may be.")
        return bytes(data)

    async def aclose(self) -> None:
        await self._files.shutdown()
        await self._polls.shutdown()
        await self._downloads.aclose()


def message_id_of(sent: Any) -> int:
    """Of the message that a call has sent; 0 where its receipt does not tell."""
    number = sent.get("message_id") if isinstance(sent, dict) else None
    return number if isinstance(number, int) else 0


def _client(connections: int, options: TelegramOptions) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=min(CONNECT_SECONDS, options.call_seconds),
        read_timeout=options.call_seconds,
        write_timeout=options.call_seconds,
        media_write_timeout=max(60.0, options.call_seconds),
        pool_timeout=options.call_seconds,
    )
