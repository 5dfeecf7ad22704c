"""Serves the page on this machine only, and tells it what the person who is looking sees."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from botcore.testing.simulate.stage import PEOPLE, Deed, Stage

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"
LOOK_SECONDS = 0.08
"""Between two looks at a chat; a change is seen within that."""
UPLOAD_BYTES = 50_000_000
_FRAME_BYTES = UPLOAD_BYTES * 4 // 3 + 100_000
_PAGES = {
    "/": ("page.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/marks.js": ("marks.js", "text/javascript"),
    "/texts.js": ("texts.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
}
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class SimulatePage:
    """`async with SimulatePage(stage, port) as page:` serves until the end of the block. Port 0 takes any free one."""

    def __init__(self, stage: Stage, port: int = 0) -> None:
        self._stage = stage
        self._port = port
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}/"

    async def __aenter__(self) -> SimulatePage:
        """Raises OSError where the port can't be had."""
        app = web.Application(middlewares=[self._guard])
        for path in _PAGES:
            app.router.add_get(path, self._page)
        app.router.add_get("/files/{id}", self._file)
        app.router.add_get("/chat", self._chat)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for socket in list(self._sockets):
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Other sites that the author's browser has open must not reach the bot: by no name, from no page."""
        own = {f"{HOST}:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in own or (origin and origin.removeprefix("http://") not in own):
            raise web.HTTPForbidden(text="This page is for the browser on this machine only.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    async def _page(self, request: web.Request) -> web.Response:
        name, media_type = _PAGES[request.path]
        body = await asyncio.to_thread((STATIC / name).read_bytes)
        return web.Response(body=body, content_type=media_type, charset="utf-8")

    async def _file(self, request: web.Request) -> web.Response:
        file = self._stage.file(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        shown = next((kind for sign, kind in _PICTURES.items() if file.data.startswith(sign)), "")
        manner = "inline" if shown else "attachment"
        return web.Response(
            body=file.data,
            content_type=shown or "application/octet-stream",
            headers={"Content-Disposition": f"{manner}; filename*=UTF-8''{quote(file.name, safe='')}"},
        )

    async def _chat(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=_FRAME_BYTES, heartbeat=30.0)
        await socket.prepare(request)
        self._sockets.add(socket)
        looking = _Looking(self._stage, socket)
        watching = asyncio.create_task(looking.run(), name="simulate page")
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await looking.hear(frame.data)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._sockets.discard(socket)
        return socket


class _Looking:
    """One browser window: whom it looks through the eyes of, and what it has been told."""

    def __init__(self, stage: Stage, socket: web.WebSocketResponse) -> None:
        self._stage = stage
        self._socket = socket
        self._person = PEOPLE[0][0]
        self._chat = stage.places(self._person)[0].id
        self._told: dict[str, bytes] = {}
        """Message -> how it looked when the page was told."""
        self._frame = b""

    async def hear(self, data: str) -> None:
        try:
            deed = msgspec.json.decode(data, type=Deed)
            if deed.person not in dict(PEOPLE):
                raise LookupError(f"there is no {deed.person!r} here")
            if deed.do == "look":
                self._look(deed)
            else:
                await self._stage.act(deed)
        except (ValueError, LookupError) as error:
            await self._socket.send_json({"notice": str(error.args[0] if error.args else error)})

    def _look(self, deed: Deed) -> None:
        chats = [one.id for one in self._stage.places(deed.person)]
        self._person = deed.person
        self._chat = deed.chat if deed.chat in chats else chats[0]
        self._told, self._frame = {}, b""

    async def run(self) -> None:
        while not self._socket.closed:
            frame = self._news()
            if frame:
                await self._socket.send_bytes(frame)
            await asyncio.sleep(LOOK_SECONDS)

    def _news(self) -> bytes:
        """What has changed since the page was last told; empty where nothing has."""
        stage = self._stage
        view = stage.view(self._person, self._chat)
        looks = {one.id: msgspec.json.encode(one) for one in view.messages}
        changed = [one for one in view.messages if self._told.get(one.id) != looks[one.id]]
        state: dict[str, Any] = {
            "platform": stage.platform,
            "bot": stage.bot_name,
            "can": stage.can,
            "people": [name for name, _ in PEOPLE],
            "person": self._person,
            "chat": self._chat,
            "places": stage.places(self._person),
            "menu": stage.menu(self._person),
            "order": list(looks),
            "typing": view.typing,
        }
        frame = msgspec.json.encode(state)
        if frame == self._frame and not changed:
            return b""
        self._told, self._frame = looks, frame
        return msgspec.json.encode(state | {"messages": changed})
