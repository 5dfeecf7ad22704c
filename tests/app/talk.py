"""A visitor of a running service, by HTTP: says something, and reads what comes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from tests.app.service import PATIENCE_SECONDS, Service
from tests.web.conftest import Sse, bearing, begin, events


class Talk:
    """One session. It may outlive the service's process: everything goes by the service's present address."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.session: dict[str, str] = {}
        self.seen: list[Sse] = []
        """Every event so far, each once."""

    async def begin(self, **body: str) -> Talk:
        async with self.service.http() as http:
            self.session = await begin(http, **body)
        return self

    async def post(self, text: str, id: str = "") -> httpx2.Response:
        body = {"text": text, "id": id} if id else {"text": text}
        async with self.service.http() as http:
            return await http.post("/api/v1/messages", json=body, headers=bearing(self.session))

    async def say(self, text: str, id: str = "") -> str:
        """The message's id, once it is accepted."""
        response = await self.post(text, id)
        assert response.status_code == 202, response.text
        said: str = response.json()["id"]
        return said

    async def ask(self, text: str) -> list[dict[str, Any]]:
        """Say it, and wait for the answer."""
        return await self.answer(await self.say(text))

    async def answer(self, id: str) -> list[dict[str, Any]]:
        """The messages that answer `id`, once its turn is over."""
        await self.follow(lambda: self.is_over(id))
        return self.answers(id)

    async def follow(self, met: Any) -> None:
        """Read on from where we were, until `met()` holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not met():
                try:
                    await self._read(met)
                except httpx2.HTTPError:
                    await asyncio.sleep(0.05)  # the service is away: a browser tries again too

    async def _read(self, met: Any) -> None:
        after = self.seen[-1].id if self.seen else ""
        async with self.service.http() as http, events(http, self.session, after) as stream:
            async for event in _until(stream, met):
                self.seen.append(event)

    def is_over(self, id: str) -> bool:
        return any(one.event == "state" and data(one).get("in_reply_to") == id for one in self.seen)

    def answers(self, id: str) -> list[dict[str, Any]]:
        return [data(one) for one in self.seen if one.event == "message" and data(one)["in_reply_to"] == id]

    def said(self, id: str) -> list[str]:
        return [answer["text"] for answer in self.answers(id)]


async def _until(stream: AsyncIterator[Sse], met: Any) -> AsyncIterator[Sse]:
    async for event in stream:
        yield event
        if met():
            return


def data(event: Sse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.data)
    return found
