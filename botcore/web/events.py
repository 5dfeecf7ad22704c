"""`GET /api/v1/events`: a conversation's events as Server-Sent Events, resumed by `Last-Event-ID`."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from botcore.delivery.base import Live, LiveEvent
from botcore.errors import StoreError
from botcore.types import Address
from botcore.web.metrics import WebMetrics
from botcore.web.parts import WebLimits
from botcore.web.problems import Problem
from botcore.web.refusals import Refusals
from botcore.web.streams import Stalled, Streams, Writer, following, gone
from botcore.web.tokens import Visitors
from botcore.web.visits import address_of

HEARTBEAT = b": still here\n\n"
_OPENING = b"retry: 1000\n\n"
SSE_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]


class Events:
    def __init__(
        self,
        live: Live,
        visitors: Visitors,
        streams: Streams,
        *,
        refusals: Refusals,
        metrics: WebMetrics,
        limits: WebLimits,
    ) -> None:
        self._live = live
        self._visitors = visitors
        self._streams = streams
        self._refusals = refusals
        self._metrics = metrics
        self._limits = limits

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/api/v1/events", _Endpoint(self), methods=["GET"])]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        session = await self._visitors.admit(request, in_query=True)
        after = last_event_id(request)
        writer = Writer(scope, send, self._metrics, self._limits.write_seconds)
        try:
            work = self._pump(scope, writer, address_of(session), after)
            await self._streams.hold("sse", work, until=gone(receive))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Stalled:
            await gone(receive)

    async def _pump(self, scope: Scope, writer: Writer, address: Address, after: str) -> None:
        await writer({"type": "http.response.start", "status": 200, "headers": SSE_HEADERS})
        await writer.chunk(_OPENING)
        try:
            async with following(self._live, address, after) as events:
                async for event in events:
                    await writer.chunk(sse(event, address) if event else HEARTBEAT)
        except StoreError as error:
            body = self._refusals.tell(scope, error).body["error"]
            await writer.chunk(b"event: error\ndata: " + one_line(body) + b"\n\n")


class _Endpoint:
    """An ASGI application, since a stream needs no response object."""

    def __init__(self, events: Events) -> None:
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._events.serve(scope, receive, send)


def last_event_id(connection: HTTPConnection) -> str:
    """Where a reader wants to go on: the header, which a browser sets when it reconnects, before `?last_event_id=`."""
    id = connection.headers.get("last-event-id") or connection.query_params.get("last_event_id", "")
    if id != "$" and not (len(id) <= 64 and all(c.isascii() and (c.isalnum() or c == "-") for c in id)):
        raise Problem(400, "bad_event_id")
    return id


def view(event: LiveEvent, address: Address) -> dict[str, Any]:
    """The event's data with the client's own message ids, without the session before them."""
    replied = event.data.get("in_reply_to")
    if isinstance(replied, str):
        return {**event.data, "in_reply_to": replied.removeprefix(f"{address.chat}:")}
    return event.data


def sse(event: LiveEvent, address: Address) -> bytes:
    head = f"id: {event.id}\nevent: {event.type}\ndata: ".encode()
    return head + one_line(view(event, address)) + b"\n\n"


def one_line(value: object) -> bytes:
    """JSON without the characters that some clients (Python's `splitlines`) take for the end of a line."""
    encoded = msgspec.json.encode(value)
    for character, escaped in _LINE_ENDS:
        if character in encoded:
            encoded = encoded.replace(character, escaped)
    return encoded


_LINE_ENDS = [("\x85".encode(), b"\\u0085"), ("\u2028".encode(), b"\\u2028"), ("\u2029".encode(), b"\\u2029")]
