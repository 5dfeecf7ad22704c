"""The HTTP interface as the widget sees it, told by each test what to answer and when to fail.

What a real server keeps in its stores stands here in lists, so that a test can look at it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from botcore.web.assets import CONTENT_SECURITY

STATIC = Path(__file__).parents[2] / "botcore" / "web" / "static"


class FakeServer:
    """One session at a time is enough for a browser test; `events` is the log that a stream replays from."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, dict[str, Any]]] = []
        self.posts: list[dict[str, Any]] = []
        self.resumed_from: list[str] = []
        self.sessions: list[dict[str, Any]] = []
        self.stops = 0
        self.beacons: list[str] = []
        self.token = ""
        self.greeting: dict[str, Any] | None = {"text": "Hello! I am here."}
        self.down = False
        self.refusals: list[Response] = []
        """Answers to the next posts of messages; while it is empty they are accepted."""
        self.swallow_answers = 0
        """So many next posts are accepted, and the browser is told of a fault all the same."""
        self.drop_after: list[int] = []
        """Each stream in turn breaks after so many events; further ones stay."""
        self.repeat_on_resume = 0
        """A resumed stream begins so many events too early."""
        self.policy = CONTENT_SECURITY
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.url = ""

    # What a test tells the server

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """From the test's thread: append to the log and wake the streams."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._append, event, data)

    def message(self, id: str, text: str, **more: Any) -> None:
        body = {
            "id": id,
            "text": text,
            "role": "assistant",
            "in_reply_to": "",
            "buttons": [],
            "attachments": [],
            "sources": [],
        }
        self.emit("message", body | more)

    def break_streams(self) -> None:
        """End every open stream once."""
        assert self._loop is not None
        self.drop_after.append(0)
        self._loop.call_soon_threadsafe(self._wake)

    def forget(self) -> None:
        """The token is refused from now on, and what was said is gone."""
        self.token = ""
        self.events.clear()
        self.break_streams()

    def _append(self, event: str, data: dict[str, Any]) -> None:
        self.events.append((len(self.events) + 1, event, data))
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # Routes

    async def sessions_(self, request: Request) -> Response:
        if self.down:
            return _error(503, "unavailable", "The store is away.")
        self.sessions.append(await request.json())
        self.token = f"token-{len(self.sessions)}"
        if self.greeting:
            self._append(
                "message", {"id": f"greeting-{len(self.sessions)}", "role": "assistant", **self.greeting}
            )
        return JSONResponse({"session": f"s{len(self.sessions)}", "token": self.token}, 201)

    async def messages(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        if self.refusals:
            return self.refusals.pop(0)
        body = await request.json()
        new = body["id"] not in {post["id"] for post in self.posts}
        self.posts.append(body)
        if new:
            named = [
                {"name": one["name"], "media_type": one["media_type"], "url": ""}
                for one in body["attachments"]
            ]
            echo = {
                "id": body["id"],
                "text": body["text"],
                "role": "user",
                "attachments": named,
                "at": time.time(),
            }
            self._append("message", echo)
        if self.swallow_answers:
            self.swallow_answers -= 1
            return _error(502, "bad_gateway", "The answer was lost on its way.")
        return JSONResponse({"id": body["id"]}, 202)

    async def stream(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        last = request.headers.get("last-event-id", "")
        self.resumed_from.append(last)
        start = max(0, int(last) - self.repeat_on_resume) if last else 0
        bound = self.drop_after.pop(0) if self.drop_after else None
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._events(start, bound), media_type="text/event-stream", headers=headers)

    async def _events(self, position: int, bound: int | None) -> AsyncIterator[str]:
        yield ": hello\n\n"
        while True:
            waiting = self._changed
            for number, event, data in self.events[position:]:
                if bound == 0:
                    return
                bound = None if bound is None else bound - 1
                position = number
                yield f"id: {number}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
            if bound == 0:
                return
            await waiting.wait()
            if bound is None and self.drop_after and self.drop_after[0] == 0:
                self.drop_after.pop(0)
                return

    async def stop(self, request: Request) -> Response:
        self.stops += 1
        self._append("state", {"status": "idle"})
        return JSONResponse({}, 202)

    async def page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=self._policy_header())

    async def site(self, request: Request) -> Response:
        """Somebody's page with the one script tag; the query becomes its data attributes."""
        options = " ".join(f'data-{key}="{value}"' for key, value in request.query_params.items())
        html = f"""<!doctype html><html lang="en"><title>A shop</title><meta name="viewport" content="width=device-width">
<style>* {{ font-family: serif; color: #333 }} button {{ border: 5px solid red }}</style>
<main><h1>A shop</h1><p>Things to buy. <a href="#x">A link</a></p></main><script src="/widget.js" async {options}></script></html>"""
        return HTMLResponse(html, headers=self._policy_header())

    def _policy_header(self) -> dict[str, str]:
        return {"Content-Security-Policy": self.policy} if self.policy else {}

    async def beacon(self, request: Request) -> Response:
        self.beacons.append(str(request.url))
        return Response("", 204)

    def _refused(self, request: Request) -> Response | None:
        if self.down:
            return refuse(503, "unavailable", "The store is away.", retry_after=60)
        if request.headers.get("authorization") != f"Bearer {self.token}" or not self.token:
            return _error(401, "unauthorized", "The token is not known.")
        return None

    def app(self) -> Starlette:
        routes = [
            Route("/", self.page),
            Route("/site", self.site),
            Route("/widget.js", lambda _: FileResponse(STATIC / "widget.js")),
            Route("/beacon{rest:path}", self.beacon),
            Route("/favicon.ico", lambda _: Response(status_code=204)),
            Route("/api/v1/sessions", self.sessions_, methods=["POST"]),
            Route("/api/v1/messages", self.messages, methods=["POST"]),
            Route("/api/v1/events", self.stream),
            Route("/api/v1/stop", self.stop, methods=["POST"]),
        ]
        cors = Middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Retry-After"],
        )
        return Starlette(routes=routes, middleware=[cors])

    @contextlib.contextmanager
    def running(self) -> Iterator[FakeServer]:
        """Serve from a thread of its own until the test is over."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            config = uvicorn.Config(self.app(), log_level="critical", timeout_graceful_shutdown=0, ws="none")
            server = uvicorn.Server(config)
            thread = threading.Thread(
                target=lambda: asyncio.run(self._serve(server, listener)), name="fake server"
            )
            thread.start()
            while not server.started:
                thread.join(0.01)
                assert thread.is_alive() or server.started
            yield self
            server.should_exit = True
            thread.join(10)

    async def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        await server.serve([listener])


def refuse(status: int, code: str, message: str, retry_after: int = 0) -> Response:
    """An answer for `refusals`."""
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers=headers)


def _error(status: int, code: str, message: str) -> Response:
    return refuse(status, code, message)
