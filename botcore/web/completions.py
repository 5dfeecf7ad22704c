"""`/v1/models` and `/v1/chat/completions`: any client of the OpenAI API is a way to reach the bot."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from botcore.errors import BotcoreError
from botcore.web.bodies import decode, read_body
from botcore.web.chat_types import MODEL, ChatRequest, check, estimated_usage
from botcore.web.chats import Chat, ParallelChats
from botcore.web.events import HEARTBEAT, SSE_HEADERS, one_line
from botcore.web.metrics import WebMetrics
from botcore.web.parts import WebParts
from botcore.web.problems import Problem, json_response
from botcore.web.refusals import Refusals
from botcore.web.streams import Stalled, Streams, Writer, gone
from botcore.web.tokens import Keys
from botcore.web.visits import Doorway

_request = msgspec.json.Decoder(ChatRequest)


class Completions:
    def __init__(
        self,
        parts: WebParts,
        keys: Keys,
        doorway: Doorway,
        streams: Streams,
        *,
        refusals: Refusals,
        metrics: WebMetrics,
    ) -> None:
        self._live = parts.live
        self._limits = parts.limits
        self._keys = keys
        self._doorway = doorway
        self._streams = streams
        self._refusals = refusals
        self._metrics = metrics
        self._parallel = ParallelChats(parts.limits.parallel_chats)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/models", _Endpoint(self.models), methods=["GET"]),
            Route("/v1/models/{model}", _Endpoint(self.model), methods=["GET"]),
            Route("/v1/chat/completions", _Endpoint(self.complete), methods=["POST"]),
        ]

    async def models(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._keys.admit(Request(scope))
        await json_response({"object": "list", "data": [_MODEL]})(scope, receive, send)

    async def model(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._keys.admit(Request(scope))
        if scope["path_params"]["model"] != MODEL:
            raise Problem(404, "no_such_model", param="model", model=MODEL)
        await json_response(_MODEL)(scope, receive, send)

    async def complete(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The model's name in a request is not looked at, since there is one bot."""
        request = Request(scope, receive)
        key = self._keys.admit(request)
        limits = self._limits
        with self._parallel.one(key):
            body = await read_body(request, limit=limits.body_bytes, seconds=limits.body_seconds)
            wanted = decode(_request, body)
            check(wanted)
            async with Chat(self._live, self._doorway, limits, key=key, request=wanted) as chat:
                await chat.ask()
                serve = self._stream if wanted.stream else self._whole
                await serve(chat, wanted, scope, receive, send)

    async def _whole(
        self, chat: Chat, wanted: ChatRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        async def wait() -> None:
            async with aclosing(chat.answer()) as pieces:
                async for _ in pieces:
                    pass

        await self._streams.hold("completion", wait(), until=gone(receive), resumable=False)
        if chat.turn.done:
            await json_response(_completion(chat, wanted))(scope, receive, send)

    async def _stream(
        self, chat: Chat, wanted: ChatRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        writer = Writer(scope, send, self._metrics, self._limits.write_seconds)
        try:
            work = self._pump(chat, wanted, scope, writer)
            await self._streams.hold("completion", work, until=gone(receive), resumable=False)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Stalled:
            await gone(receive)

    async def _pump(self, chat: Chat, wanted: ChatRequest, scope: Scope, writer: Writer) -> None:
        chunks = _Chunks(chat, with_usage=bool(wanted.stream_options and wanted.stream_options.include_usage))
        await writer({"type": "http.response.start", "status": 200, "headers": SSE_HEADERS})
        await writer.chunk(chunks.delta({"role": "assistant", "content": ""}))
        try:
            async with aclosing(chat.answer()) as pieces:
                async for piece in pieces:
                    await writer.chunk(chunks.delta({"content": piece}) if piece else HEARTBEAT)
        except (Problem, BotcoreError) as error:
            await writer.chunk(_data(self._refusals.tell(scope, error).body))
            return
        await writer.chunk(chunks.end())
        if chunks.with_usage:
            await writer.chunk(chunks.usage(wanted))
        await writer.chunk(b"data: [DONE]\n\n")


class _Endpoint:
    """A method as an ASGI application."""

    def __init__(self, method: Any) -> None:
        self._method = method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._method(scope, receive, send)


class _Chunks:
    """The events of one streamed completion."""

    def __init__(self, chat: Chat, *, with_usage: bool) -> None:
        self._chat = chat
        self._created = int(time.time())
        self.with_usage = with_usage

    def delta(self, delta: dict[str, str], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._chunk([choice], None)

    def end(self) -> bytes:
        return self.delta({}, _finish_reason(self._chat))

    def usage(self, wanted: ChatRequest) -> bytes:
        return self._chunk([], estimated_usage(wanted, self._chat.turn.text))

    def _chunk(self, choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> bytes:
        chunk: dict[str, Any] = {
            "id": self._chat.id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": MODEL,
            "choices": choices,
        }
        return _data({**chunk, "usage": usage} if self.with_usage else chunk)


def _data(value: object) -> bytes:
    return b"data: " + one_line(value) + b"\n\n"


def _completion(chat: Chat, wanted: ChatRequest) -> dict[str, Any]:
    message = {"role": "assistant", "content": chat.turn.text, "refusal": None}
    return {
        "id": chat.id,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(chat)}
        ],
        "usage": estimated_usage(wanted, chat.turn.text),
    }


def _finish_reason(chat: Chat) -> str:
    """`length` is OpenAI's nearest word for an answer that was cut short."""
    return "length" if chat.turn.incomplete else "stop"


_MODEL = {"id": MODEL, "object": "model", "created": 1_760_000_000, "owned_by": "botcore"}
