"""A web server with a bot behind it that keeps every event in memory and answers by a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from botcore.channels.live import LiveChannel
from botcore.delivery.memory import MemoryLive
from botcore.i18n import texts as i18n_texts
from botcore.i18n.texts import load_catalog
from botcore.types import AnyEvent, Message, Outgoing, Reply, TurnSummary
from botcore.web.app import create_web_app
from botcore.web.parts import Readiness, WebLimits, WebParts
from botcore.web.server import WebServer
from botcore.web.sessions import MemorySessions

KEY = "sk-right"


@dataclass
class Bot:
    """Accepts events as an inbox does, and answers each message once, in order."""

    live: MemoryLive
    accepted: list[AnyEvent] = field(default_factory=list)
    limit_keys: list[str] = field(default_factory=list)
    refuses: Exception | None = None
    replies: Callable[[Message], list[Reply]] = lambda message: [Reply(f"You said: {message.text}")]
    before_answer: Callable[[], Awaitable[None]] | None = None
    holds: asyncio.Event | None = None
    """While it is unset, an answer has said its first word and no more."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        if self.refuses:
            raise self.refuses
        if any(event.id == known.id and event.address == known.address for known in self.accepted):
            return
        self.accepted.append(event)
        self.limit_keys.append(limit_key)
        if shown:
            await self.live.publish(event.address, "message", dict(shown))
        if isinstance(event, Message):
            task = asyncio.create_task(self._answer(event, len(self.accepted)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    @property
    def messages(self) -> list[Message]:
        return [event for event in self.accepted if isinstance(event, Message)]

    async def _answer(self, message: Message, version: int) -> None:
        channel = LiveChannel(message.address.channel, self.live)
        replies = self.replies(message)
        for index, reply in enumerate(replies):
            key = f"{message.address}:{version}:{index}"
            head = reply.text[:4]
            if head:
                await self.live.publish(
                    message.address,
                    "delta",
                    {"id": key, "text": head, "offset": 0, "in_reply_to": message.id},
                )
            if self.holds:
                await self.holds.wait()
            last = index == len(replies) - 1
            summary = TurnSummary(trace_id="t") if last else None
            await channel.send(
                Outgoing(
                    key=key,
                    address=message.address,
                    reply=reply,
                    in_reply_to=message.id,
                    summary=summary,
                )
            )

    async def aclose(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
async def live() -> MemoryLive:
    return MemoryLive()


@pytest.fixture
async def bot(live: MemoryLive) -> AsyncIterator[Bot]:
    bot = Bot(live)
    yield bot
    await bot.aclose()


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "fonts").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><script src=/widget.js></script>" + " " * 500)
    (folder / "widget.js").write_text("export const widget = 1;\n" * 100)
    (folder / "fonts" / "a.woff2").write_bytes(b"font")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


async def all_well() -> Readiness:
    return Readiness(True, {"store": "ok", "engine": "ok"})


@pytest.fixture
def parts(bot: Bot, live: MemoryLive, static: Path) -> WebParts:
    return WebParts(
        intake=bot,
        live=live,
        sessions=MemorySessions(),
        readiness=all_well,
        texts=load_catalog(Path(i18n_texts.__file__).parent / "locales"),
        api_keys=["sk-other", KEY],
        static=static,
    )


@pytest.fixture
async def client(parts: WebParts) -> AsyncIterator[httpx2.AsyncClient]:
    """Speaks to the application without a network: for requests with one answer."""
    async with in_process(parts) as client:
        yield client


def in_process(parts: WebParts) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(create_web_app(parts), raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url="http://bot")


@pytest.fixture
async def server(parts: WebParts) -> AsyncIterator[WebServer]:
    async with WebServer(create_web_app(parts), "127.0.0.1", 0, grace_seconds=5) as server:
        yield server


@pytest.fixture
async def http(server: WebServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, timeout=10, trust_env=False) as client:
        yield client


def serving(parts: WebParts, limits: WebLimits) -> AbstractAsyncContextManager[WebServer]:
    return WebServer(create_web_app(replace(parts, limits=limits)), "127.0.0.1", 0, grace_seconds=5)


async def begin(client: httpx2.AsyncClient, **body: str) -> dict[str, str]:
    response = await client.post("/api/v1/sessions", json=body)
    assert response.status_code == 201, response.text
    found: dict[str, str] = response.json()
    return found


def bearing(session: dict[str, str]) -> dict[str, str]:
    return {"authorization": f"Bearer {session['token']}"}


@dataclass(frozen=True)
class Sse:
    id: str
    event: str
    data: str


@asynccontextmanager
async def events(
    client: httpx2.AsyncClient, session: dict[str, str], after: str = ""
) -> AsyncIterator[AsyncIterator[Sse]]:
    headers = bearing(session) | ({"last-event-id": after} if after else {})
    async with client.stream("GET", "/api/v1/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield parsed(response)


async def parsed(response: httpx2.Response) -> AsyncIterator[Sse]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            if "data" in fields:
                yield Sse(fields.get("id", ""), fields.get("event", "message"), fields["data"])
            fields = {}


async def until_idle(stream: AsyncIterator[Sse], turns: int = 1) -> list[Sse]:
    """Events up to the end of the turn."""
    found: list[Sse] = []
    async for event in stream:
        found.append(event)
        turns -= event.event == "state"
        if not turns:
            return found
    raise AssertionError(f"the stream ended before the turn: {found}")
