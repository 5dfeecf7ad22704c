"""The outermost layer: headers that every answer has, one shape for every error, and the clock."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botcore.web.metrics import WebMetrics
from botcore.web.problems import Problem
from botcore.web.protocol import abort
from botcore.web.refusals import Refusals


class Edge:
    """ASGI middleware. A socket's errors are told by the socket itself, in frames."""

    def __init__(self, app: ASGIApp, *, refusals: Refusals, metrics: WebMetrics) -> None:
        self._app = app
        self._refusals = refusals
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send, self._metrics)
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            pass  # nobody is left to tell
        except asyncio.CancelledError:  # the server stops, and its patience is over
            await self._fail(Problem(503, "stopping", retry_after=1), answer, scope, receive)
        except Exception as error:
            await self._fail(error, answer, scope, receive)

    async def _fail(self, error: Exception, answer: _Answer, scope: Scope, receive: Receive) -> None:
        refusal = self._refusals.tell(scope, error)
        if answer.status:
            abort(scope)  # half an answer must not look like a whole one
        else:
            await refusal.response(scope, receive, answer.send)


class _Answer:
    """Passes a response on; sees its status and adds headers."""

    __slots__ = ("_metrics", "_scope", "_send", "_started", "status")

    def __init__(self, scope: Scope, send: Send, metrics: WebMetrics) -> None:
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self._started = time.perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault("referrer-policy", "no-referrer")
            self._count()
        await self._send(message)

    def _count(self) -> None:
        route = self._scope.get("route")
        path = getattr(route, "path", "unknown")
        self._metrics.seconds.labels(path).observe(time.perf_counter() - self._started)
        self._metrics.requests.labels(path, str(self.status)).inc()
