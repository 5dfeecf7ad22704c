"""A Bot API server on this machine, and the persons who chat with the bot through it.

```python
async with FakeTelegram() as fake:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    # start a bot with fake.token, fake.api_url and fake.file_url
    fake.say(chat, ann, "hello")
    await fake.until(lambda: fake.said(chat))
```
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import msgspec
import orjson
from aiohttp import web

from botcore.testing.fake_telegram.faults import Drop, Fault, Flood, Garbage, Late, Lose, Refuse, Refused
from botcore.testing.fake_telegram.methods import Methods
from botcore.testing.fake_telegram.people import People
from botcore.testing.fake_telegram.updates import Updates
from botcore.testing.fake_telegram.world import FakeChat, FakePerson, Upload

BODY_BYTES = 64 * 1024 * 1024
FAKE_TOKEN = "42:fake-token"  # noqa: S105  # opens nothing
BOT = FakePerson(42, "Botcore", "botcore_bot", "", is_bot=True)


class Call(msgspec.Struct, frozen=True):
    """One request of the bot, as it came."""

    method: str
    parameters: Mapping[str, Any]
    at: float
    """On the clock of `time.monotonic`."""


class FakeTelegram(People):
    """Use it by `async with`. Persons' deeds are plain methods: `say`, `press`, `edit`, `block`, `shown`."""

    def __init__(self, *, token: str = FAKE_TOKEN, host: str = "127.0.0.1", port: int = 0) -> None:
        self.updates = Updates()
        super().__init__(BOT, self.updates.push)
        self.token = token
        self.calls: list[Call] = []
        self.impatient = 0
        """Calls about a chat inside a retry_after window."""
        self.methods = Methods(self)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeTelegram:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """For `telegram.api_url`; the same after `stop` and `start`."""
        return f"http://{self._host}:{self._port}/bot"

    @property
    def file_url(self) -> str:
        return f"http://{self._host}:{self._port}/file/bot"

    async def start(self) -> None:
        """Listen, on the same port as before where it ran already. Chats and updates are kept."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{kind}/{id}", self._file)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        runner, self._runner = self._runner, None
        await self.updates.close()
        if runner:
            await runner.cleanup()

    def fault(self, method: str, *faults: Fault) -> None:
        """What happens to the next calls of `method`, one each, in order."""
        self._faults[method].extend(faults)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def until(self, ready: Callable[[], object], *, timeout: float = 10.0) -> None:
        """Wait for something that a call of the bot brings about. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self.updates.changed:
            await self.updates.changed.wait_for(ready)

    # What the server answers

    async def _call(self, http: web.Request) -> web.StreamResponse:
        name = http.match_info["method"]
        parameters = await _parameters(http)
        self.calls.append(Call(name, parameters, time.monotonic()))
        faults = self._faults[name]
        await self.updates.notify()
        try:
            return await self._carried_out(http, name, parameters, faults.popleft() if faults else None)
        finally:
            await self.updates.notify()

    async def _carried_out(
        self, http: web.Request, name: str, parameters: Mapping[str, Any], fault: Fault | None
    ) -> web.StreamResponse:
        match fault:
            case Drop():
                return _hang_up(http)
            case Garbage(body, status):
                return web.Response(body=body, status=status)
            case Refuse(code, description, extra):
                return _refusal(Refused(code, description, **extra))
            case Flood(seconds):
                self.methods.chat(parameters).flooded_until = time.monotonic() + seconds
                return _refusal(_flooded(seconds))
        answer = await self._answer(http.match_info["token"], name, parameters)
        if isinstance(fault, Lose):
            return _hang_up(http)
        if isinstance(fault, Late):
            await self.updates.notify()
            await asyncio.sleep(fault.seconds)
        return answer

    async def _answer(self, token: str, name: str, parameters: Mapping[str, Any]) -> web.Response:
        try:
            if token != self.token:
                raise Refused(401, "Unauthorized")
            if "chat_id" in parameters:
                self._admit(self.methods.chat(parameters))
            return _json({"ok": True, "result": await self._result(name, parameters)})
        except Refused as refused:
            return _refusal(refused)

    def _admit(self, chat: FakeChat) -> None:
        if chat.blocked:
            reason = (
                "bot was blocked by the user" if chat.kind == "private" else "bot was kicked from the group"
            )
            raise Refused(403, f"Forbidden: {reason}")
        if chat.moved_to:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to.id,
            )
        left = chat.flooded_until - time.monotonic()
        if left > 0:
            self.impatient += 1
            raise _flooded(int(left) + 1)

    async def _result(self, name: str, parameters: Mapping[str, Any]) -> Any:
        match name.lower():
            case "getupdates":
                self.updates.allow(_kinds(parameters))
                return await self.updates.get(
                    offset=int(parameters.get("offset", 0)),
                    limit=int(parameters.get("limit", 100)),
                    timeout=float(parameters.get("timeout", 0)),
                )
            case "setwebhook":
                self.updates.allow(_kinds(parameters))
                self.updates.set_webhook(
                    str(parameters.get("url", "")), str(parameters.get("secret_token", ""))
                )
                return True
            case "deletewebhook":
                self.updates.set_webhook("", "")
                return True
        method = self.methods.find(name)
        if method is None:
            raise Refused(404, "Not Found")
        return await method(parameters)

    async def _file(self, http: web.Request) -> web.Response:
        upload = self.files.get(http.match_info["id"])
        if http.match_info["token"] != self.token or upload is None:
            return _refusal(Refused(404, "Not Found"))
        return web.Response(body=upload.data, content_type="application/octet-stream")


async def _parameters(http: web.Request) -> dict[str, Any]:
    """From the address, a form with files or without, or JSON."""
    found: dict[str, Any] = dict(http.query)
    if http.content_type == "application/json":
        found |= orjson.loads(await http.read() or b"{}")
        return found
    for name, value in (await http.post()).items():
        if isinstance(value, web.FileField):
            data = value.file.read()
            found[name] = Upload("document", value.filename, value.content_type, data)
        else:
            found[name] = value
    return found


def _kinds(parameters: Mapping[str, Any]) -> list[str] | None:
    wanted: Any = parameters.get("allowed_updates")
    kinds: list[str] | None = orjson.loads(wanted) if wanted and isinstance(wanted, str) else wanted or None
    return kinds


def _flooded(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return _json(body, refused.code)


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    # The standard library's, since a test may want to send what is no proper text.
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")


def _hang_up(http: web.Request) -> web.Response:
    if http.transport:
        http.transport.abort()
    return web.Response()
