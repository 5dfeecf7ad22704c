"""Single requests to a server that speaks vLLM's API: what rerankers, transcribers and adapters have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from botcore.engines.refusals import refusal, too_slow, unreachable
from botcore.engines.wire import error_message

_LIMIT = 1 << 24
_CONNECT_SECONDS = 5.0


class Remote:
    """One server. Connects at the first request."""

    def __init__(self, url: str, *, api_key: str = "", seconds: float = 30.0) -> None:
        """`url` ends in `/v1`. `seconds` is the deadline of a whole request."""
        self.url = url.strip().rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key.strip()}"} if api_key.strip() else {}
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, data: Mapping[str, Any] | aiohttp.FormData, *, model: str = "") -> bytes:
        """The body of a 200. A mapping goes as JSON. Raises EngineError; `model` is for its message."""
        headers = dict(self._headers)
        body: bytes | aiohttp.FormData
        if isinstance(data, aiohttp.FormData):
            body = data
        else:
            body = orjson.dumps(dict(data))
            headers["Content-Type"] = "application/json"
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._connections().post(
                    f"{self.url}{path}", data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                said = await response.content.read(_LIMIT)
                if response.status != 200:
                    raise refusal(self.url, response.status, error_message(said), model=model)
                return said
        except TimeoutError:
            raise too_slow(self.url, "answer", self._seconds) from None
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.url, error) from error

    async def aclose(self) -> None:
        """Closing twice is a no-op."""
        session, self._session = self._session, None
        if session:
            await session.close()

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
            connector = aiohttp.TCPConnector(keepalive_timeout=2.0)  # well under vLLM's 5 s
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._session
