"""The first answer to an interaction, for which Discord gives three seconds: it waits behind no other request."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger()

ALREADY_ACKNOWLEDGED = 40060
PATIENCE_SECONDS = 2.8
Payload = dict[str, Any]


class Callbacks:
    """Interactions answer by their own token and have no rate limit of the bot's, so they need no queue."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, id: str, token: str, body: Payload) -> bool:
        """Whether Discord has an acknowledgement, this one or one before; False where it is too late for any."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._until_taken(f"{self._api_url}/interactions/{id}/{token}/callback", body)
        except TimeoutError:
            log.warning("an interaction could not be acknowledged in time", interaction=id)
            return False

    async def _until_taken(self, url: str, body: Payload) -> bool:
        wait = 0.1
        while True:
            try:
                status, said = await self._post(url, body)
            except (aiohttp.ClientError, OSError) as error:
                status, said = 0, {"message": str(error)}
            if 200 <= status < 300 or said.get("code") == ALREADY_ACKNOWLEDGED:
                return True
            if 400 <= status < 500 and status != 429:
                log.warning(
                    "an interaction could not be acknowledged", status=status, reason=said.get("message")
                )
                return False
            await asyncio.sleep(_seconds(said.get("retry_after"), wait))
            wait *= 2

    async def _post(self, url: str, body: Payload) -> tuple[int, Payload]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(url, json=body) as response:
            if response.status < 300:
                return response.status, {}
            try:
                said = await response.json(content_type=None)
            except ValueError:
                said = {}
            return response.status, said if isinstance(said, dict) else {}

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()


def _seconds(asked: object, otherwise: float) -> float:
    return float(asked) if isinstance(asked, int | float) else otherwise
