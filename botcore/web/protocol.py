"""uvicorn's protocols with the bounds that they lack: on a request's head, on unread bodies, on dead connections."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 60.0
"""For a request's head to arrive, on a fresh connection too."""
UNREAD_BYTES = 32 * 1024 * 1024
UNREAD_SECONDS = 30.0
"""For what a client still sends after it was refused. Until then it is read and dropped: a connection that is closed
with bytes unread is reset, and the client never sees why it was refused."""
CLOSE_SECONDS = 5.0
ABORT = "botcore.abort"


def abort(scope: Scope) -> None:
    """Drop the connection at once, with what was not taken yet. No-op on a server that can't."""
    drop = scope.get("extensions", {}).get(ABORT)
    if drop:
        drop()


class GuardedHttp(HttpToolsProtocol):
    """HTTP/1.1. Set `max_connections` on a subclass; more than those are dropped when they connect."""

    max_connections = 100_000

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._head: int | None = 0
        self._unread = 0
        self._deadline: asyncio.TimerHandle | None = None
        super().connection_made(cast("asyncio.Transport", transport))
        if len(self.connections) > self.max_connections:
            self.transport.abort()
        else:
            self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > HEAD_BYTES:
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()  # type: ignore[no-untyped-call, unused-ignore]
        self.scope["extensions"] = cast("Any", {ABORT: self.transport.abort})
        if self._head is None:
            self._head = 0
            self._expect(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._head = None
        self._relax()
        super().on_headers_complete()  # type: ignore[no-untyped-call, unused-ignore]

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle is not None and self.cycle.response_complete:
            self._unread += len(body)
            if self._unread > UNREAD_BYTES:
                self.transport.abort()

    def on_message_complete(self) -> None:
        self._unread = 0
        self._relax()
        super().on_message_complete()  # type: ignore[no-untyped-call, unused-ignore]

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[no-untyped-call, unused-ignore]
        if self.cycle.more_body:
            self._expect(UNREAD_SECONDS)

    def _expect(self, seconds: float) -> None:
        self._relax()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class GuardedSocket(WebSocketsSansIOProtocol):
    """WebSocket. A peer that answers no ping is dropped, even where bytes for it are still waiting."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][ABORT] = cast("Any", self.transport.abort)  # type: ignore[index, literal-required, unused-ignore]

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
