"""Carries python-telegram-bot's calls over aiohttp.

The library's own carrier looks at all open connections whenever a call begins or ends, so that the cost of a call grows with
the number of calls that are under way: an echo in and out cost 3.9 ms of CPU with a hundred chats, here it costs 1.2 ms
(tests/telegram_channel/test_load.py).
"""

from __future__ import annotations

import io
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from botcore.channels.telegram.failures import Refused, TooLarge, Unreached

CONNECT_SECONDS = 10.0
CONNECTIONS = 256


class Carrier(BaseRequest):
    """Connects when it is first used. `seconds` are for an answer where the call names none."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._opened: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._seconds

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None or self._opened.closed:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._opened = aiohttp.ClientSession(connector=connector, trust_env=True)
        return self._opened

    async def initialize(self) -> None:
        """Nothing to do before the first call."""

    async def shutdown(self) -> None:
        if self._opened:
            await self._opened.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. The causes of errors tell `failure_of` whether the call can have arrived."""
        timeout = self._timeout(self._seconds if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout)
        try:
            async with self._session.request(
                method, url, data=_form(request_data), timeout=timeout
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except (aiohttp.ClientError, ValueError) as error:  # a token may make the address invalid
            raise NetworkError(type(error).__name__) from error

    async def fetch(self, url: str, limit: int) -> bytes:
        """A file of at most `limit` bytes. Raises TooLarge, Refused or Unreached; none of them names the address."""
        try:
            async with self._session.get(url, timeout=self._timeout(self._seconds)) as answer:
                if answer.status != 200:
                    raise Refused(f"Telegram answers {answer.status} instead of a file.")
                data = bytearray()
                async for chunk in answer.content.iter_any():
                    data += chunk
                    if len(data) > limit:
                        raise TooLarge("a file is larger than it may be.")
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise Unreached(f"a file could not be fetched: {type(error).__name__}") from None
        return bytes(data)

    def _timeout(self, read_seconds: float) -> aiohttp.ClientTimeout:
        connect = min(CONNECT_SECONDS, self._seconds)
        return aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=read_seconds)


def _form(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for field, (name, content, media_type) in (data.multipart_data or {}).items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(field, file, filename=name, content_type=media_type)
    return form
