"""A server that speaks vLLM's chat protocol and says what a test wants, its faults included.

```python
async with FakeEngine() as server:
    server.script(Say("Hel"), Say("lo"))              # the next request
    server.script(Say("Hel"), Reset())                # the one after: broken off
    engine = VllmEngine(server.url)
```
Requests that have no script are answered by `reply`; one that is bound to a choice gets the first option where `reply`
says none of them. Words stand for tokens, and what a prompt has in common with an earlier one of the same `cache_salt`
was cached.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from types import TracebackType
from typing import Any

import orjson
from aiohttp import web

from botcore.engines.base import ChatMessage, ToolCall
from botcore.testing.engine_script import (
    ENDS,
    CallTool,
    End,
    Finish,
    Hang,
    Pause,
    Raw,
    Repeat,
    Reset,
    Say,
    Status,
    Step,
    Think,
    Until,
    head,
    prompt_words,
    reason_of,
    text_of,
    tool_call,
    usage_of,
    wire,
)

__all__ = [
    "CallTool",
    "End",
    "FakeEngine",
    "FakeRequest",
    "Finish",
    "Hang",
    "Pause",
    "Raw",
    "Repeat",
    "Reset",
    "Say",
    "Status",
    "Step",
    "Think",
    "Until",
]


class FakeRequest:
    """One request for an answer, as it came. Mutable: `disconnected` is set when the client goes away."""

    def __init__(self, body: dict[str, Any], headers: Mapping[str, str], peer: object) -> None:
        self.body = body
        self.peer = peer
        """The client's address; the same for requests over one connection."""
        self.headers = headers
        """By name, in whatever case."""
        self.received_at = time.monotonic()
        self.disconnected = asyncio.Event()
        """The client closed the connection before the end of the answer."""

    @property
    def messages(self) -> list[ChatMessage]:
        """Without their pictures, which are in `body`."""
        return [_heard(message) for message in self.body["messages"]]


class FakeEngine:
    """A scripted engine on a free port of this machine. Use it by `async with`."""

    def __init__(
        self,
        reply: Callable[[Sequence[ChatMessage]], str] = lambda messages: f"You said: {messages[-1].content}",
        *,
        models: Sequence[str] = ("fake",),
        api_key: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.models = list(models)
        self.requests: list[FakeRequest] = []
        self.metrics = ""
        """What `/metrics` says; empty for a server that has no such page."""
        self.metrics_read = 0
        self.loaded: list[dict[str, str]] = []
        """Adapters that it was told to load."""
        self._reply = reply
        self._api_key = api_key
        self._host = host
        self._port = port
        self._scripts: deque[tuple[Step, ...]] = deque()
        self._prompts: defaultdict[str, deque[list[str]]] = defaultdict(lambda: deque(maxlen=100))
        self._arrived = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeEngine:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The base for `engine.urls`; the same after `stop` and `start`."""
        return f"http://{self._host}:{self._port}/v1"

    async def start(self) -> None:
        """Listen, on the same port as before where it ran already."""
        app = web.Application(client_max_size=1 << 28)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/health", self._health)
        app.router.add_post("/tokenize", self._tokenize)
        app.router.add_post("/v1/load_lora_adapter", self._load_adapter)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def script(self, *steps: Step) -> None:
        """What to do with the next request that has no script yet."""
        ended = bool(steps) and isinstance(steps[-1], ENDS)
        self._scripts.append(steps if ended else (*steps, Finish()))

    def unscript(self) -> None:
        """Forget the scripts that no request has come for."""
        self._scripts.clear()

    async def request(self, number: int = 0, *, timeout: float = 5.0) -> FakeRequest:
        """The request with this number, once it has come. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) > number)
        return self.requests[number]

    # What the server answers

    async def _chat(self, http: web.Request) -> web.StreamResponse:
        if refused := self._refused(http):
            return refused
        request = FakeRequest(orjson.loads(await http.read()), http.headers, _peer(http))
        self.requests.append(request)
        async with self._arrived:
            self._arrived.notify_all()
        if request.body["model"] not in self.models:
            return _error(404, f"The model `{request.body['model']}` does not exist.")
        steps = self._scripts.popleft() if self._scripts else self._default(request)
        if isinstance(steps[0], Status):
            return _error(steps[0].code, steps[0].message)
        cached = self._cached(request.body)
        if not request.body.get("stream"):
            return _whole(request, steps, cached)
        try:
            return await self._streamed(http, request, steps, cached)
        except (asyncio.CancelledError, ConnectionError):
            request.disconnected.set()
            raise

    async def _streamed(
        self, http: web.Request, request: FakeRequest, steps: Sequence[Step], cached: int
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(http)
        async for data in wire(request.body, steps, cached=cached):
            if data is None:
                _reset(http)
                break
            await response.write(data)
        return response

    def _default(self, request: FakeRequest) -> tuple[Step, ...]:
        text = self._reply(request.messages)
        options = (request.body.get("structured_outputs") or {}).get("choice") or [text]
        pieces = re.findall(r"\s*\S+|\s+$", text if text in options else options[0])
        return (*map(Say, pieces), Finish())

    def _cached(self, body: dict[str, Any]) -> int:
        """Words that the prompt begins with as an earlier one did; never all of it, as with vLLM."""
        words = prompt_words(body)
        earlier = self._prompts[body.get("cache_salt") or ""]
        common = max((_common(words, one) for one in earlier), default=0)
        earlier.append(words)
        return max(min(common, len(words) - 1), 0)

    async def _list(self, http: web.Request) -> web.Response:
        cards = [
            {"id": model, "object": "model", "owned_by": "vllm", "parent": None} for model in self.models
        ]
        return self._refused(http) or _json({"object": "list", "data": cards})

    async def _health(self, http: web.Request) -> web.Response:
        return web.Response()

    async def _load_adapter(self, http: web.Request) -> web.Response:
        adapter = orjson.loads(await http.read())
        self.loaded.append(adapter)
        if adapter["lora_name"] not in self.models:
            return _error(404, "No adapter found there.")
        return web.Response(text="Success")

    async def _metrics(self, http: web.Request) -> web.Response:
        self.metrics_read += 1
        return web.Response(text=self.metrics) if self.metrics else _json({"detail": "Not Found"}, status=404)

    async def _tokenize(self, http: web.Request) -> web.Response:
        """One token for each word or sign, which no real tokenizer does."""
        body = orjson.loads(await http.read())
        text = body.get("prompt") or "\n".join(map(text_of, body["messages"]))
        count = len(re.findall(r"\w+|[^\w\s]", text))
        return _json({"count": count, "max_model_len": 4096, "tokens": list(range(count))})

    def _refused(self, http: web.Request) -> web.Response | None:
        if self._api_key and http.headers.get("Authorization") != f"Bearer {self._api_key}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        return None


def _heard(message: dict[str, Any]) -> ChatMessage:
    calls = [
        ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    ]
    answered = message.get("tool_call_id") or ""
    return ChatMessage(message["role"], text_of(message), tool_calls=tuple(calls), tool_call_id=answered)


def _common(words: Sequence[str], others: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, others, strict=False)))


def _whole(request: FakeRequest, steps: Sequence[Step], cached: int) -> web.Response:
    texts = [step.text for step in steps if isinstance(step, Say)]
    calls = [tool_call(step) for step in steps if isinstance(step, CallTool) and step.name]
    reason = next((step.reason for step in steps if isinstance(step, Finish)), "stop")
    message = {"role": "assistant", "content": "".join(texts), **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "message": message, "finish_reason": reason_of(reason, steps)}
    usage = usage_of(request.body, steps, cached)
    return _json({**head(request.body), "object": "chat.completion", "choices": [choice], "usage": usage})


def _peer(http: web.Request) -> object:
    return http.transport.get_extra_info("peername") if http.transport else None


def _error(code: int, message: str) -> web.Response:
    kind = {400: "BadRequestError", 404: "NotFoundError", 503: "ServiceUnavailableError"}.get(
        code, "InternalServerError"
    )
    return _json({"error": {"message": message, "type": kind, "param": None, "code": code}}, status=code)


def _json(payload: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(payload), status=status, content_type="application/json")


def _reset(http: web.Request) -> None:
    """With SO_LINGER at zero the kernel sends RST where it would send FIN."""
    if http.transport is not None:
        connection: socket.socket = http.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        http.transport.abort()
