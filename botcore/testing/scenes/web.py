"""The page as visitors see it, by the HTTP requests that its widget makes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import aiohttp

from botcore.channels.base import Channel
from botcore.channels.live import LiveChannel
from botcore.channels.rendering import render_plain
from botcore.i18n.texts import core_catalog
from botcore.testing.scenes.base import Scene, Seat, Wiring
from botcore.testing.scenes.seats import Seats
from botcore.testing.scenes.shown import Shown, ShownFile
from botcore.types import Address, Attachment, Outgoing, Reply
from botcore.web.app import create_web_app
from botcore.web.parts import Readiness, WebParts
from botcore.web.server import WebServer
from botcore.web.sessions import MemorySessions

ARRIVAL_SECONDS = 10.0


class Visit:
    """One visitor's session. Mutable: it fills with what the stream brings."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.session = ""
        self.headers: dict[str, str] = {}
        self.messages: list[Shown] = []
        self.reading: asyncio.Task[None] | None = None


class WebScene(Scene):
    """Every chat is a session of its own, and private."""

    def __init__(self) -> None:
        self._seats: Seats[Visit] = Seats(Visit, Visit)
        self._visits: dict[str, Visit] = {}
        self._server: WebServer | None = None
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=10))
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> WebScene:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        reading = [one.reading for one in self._visits.values() if one.reading]
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await self._http.close()
        if self._server:
            await self._server.stop()

    def connect(self, wiring: Wiring) -> Channel:
        parts = WebParts(
            intake=wiring.intake,
            live=wiring.live,
            sessions=MemorySessions(),
            readiness=_all_well,
            texts=core_catalog(),
        )
        self._server = WebServer(create_web_app(parts), "127.0.0.1", 0, grace_seconds=5)
        return LiveChannel("web", wiring.live)

    async def ready(self) -> None:
        if self._server:
            await self._server.__aenter__()

    def address(self, seat: Seat) -> Address:
        return Address("web", self._seats.place(seat).session)

    async def say(self, seat: Seat, text: str, files: Sequence[Attachment] = ()) -> None:
        visit = await self._visit(seat)
        attachments = [
            {
                "name": one.name,
                "media_type": one.media_type,
                "data": base64.b64encode(one.data).decode(),
                "alt": one.alt,
            }
            for one in files
        ]
        await self._post("/api/v1/messages", visit.headers, {"text": text, "attachments": attachments})

    async def press(self, seat: Seat, label: str) -> None:
        visit = await self._visit(seat)
        offered = {button for one in visit.messages for row in one.buttons for button in row}
        if label not in offered:
            raise LookupError(f"no message in {seat.chat!r} has a button {label!r}")
        await self.say(seat, label)

    async def begin(self, seat: Seat) -> None:
        await self._visit(seat)

    def shown(self, chat: str) -> list[Shown]:
        visit = self._seats.known(chat)
        return list(visit.messages) if visit else []

    async def arrived(self, outgoing: Outgoing) -> None:
        visit = self._visits.get(outgoing.address.chat)
        if visit is None or outgoing.reply == Reply():
            return
        async with asyncio.timeout(ARRIVAL_SECONDS), self._changed:
            await self._changed.wait_for(lambda: any(one.id == outgoing.key for one in visit.messages))

    async def _visit(self, seat: Seat) -> Visit:
        visit = self._seats.place(seat)
        if not visit.session:
            begun = await self._post("/api/v1/sessions", {}, {"name": seat.person, "locale": seat.locale})
            visit.session = begun["session"]
            visit.headers = {"Authorization": f"Bearer {begun['token']}"}
            self._visits[visit.session] = visit
            visit.name = seat.person
            visit.reading = asyncio.create_task(self._read(visit), name="visitor reads")
        return visit

    async def _post(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        assert self._server  # noqa: S101  # connect() has made it
        async with self._http.post(self._server.url + path, headers=headers, json=body) as response:
            answer: dict[str, Any] = await response.json()
        if response.status >= 400:
            raise ValueError(f"the web page says {answer}")
        return answer

    async def _read(self, visit: Visit) -> None:
        assert self._server  # noqa: S101  # as above
        url = f"{self._server.url}/api/v1/events"
        async with self._http.get(url, headers=visit.headers) as response:
            kind = ""
            async for raw in response.content:
                field, _, value = raw.decode().rstrip("\n").partition(": ")
                if field == "event":
                    kind = value
                elif field == "data" and kind == "message":
                    visit.messages.append(_shown(visit, json.loads(value)))
                    async with self._changed:
                        self._changed.notify_all()


def _shown(visit: Visit, data: dict[str, Any]) -> Shown:
    """A message as the widget displays it: its text is Markdown, and a source has its title for a name."""
    by_bot = data["role"] != "user"
    lines = [f"[{number}] {one['title']}" for number, one in enumerate(data["sources"], 1)]
    text = render_plain(Reply(data["text"])) if by_bot else data["text"]
    return Shown(
        id=data["id"],
        author="botcore" if by_bot else visit.name,
        text=("\n".join([text, *lines]),),
        by_bot=by_bot,
        raw=data["text"],
        buttons=(tuple(data["buttons"]),) if data["buttons"] else (),
        files=tuple(
            ShownFile(one["name"], len(one["url"]) * 3 // 4, one["media_type"]) for one in data["attachments"]
        ),
        at=data["at"],
    )


async def _all_well() -> Readiness:
    return Readiness(takes_messages=True)
