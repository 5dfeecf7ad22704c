"""uvicorn in the running loop: opens the port, serves, and stops without cutting anybody off."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import cast

import structlog
import uvicorn
from starlette.applications import Starlette

from botcore.errors import ConfigurationError, Fault
from botcore.web.protocol import GuardedHttp, GuardedSocket
from botcore.web.streams import Streams

log = structlog.get_logger()

KEPT_FILES = 512
"""File descriptors that no connection of a client may take: for Redis, the database, files."""
MANY_FILES = 10_240
FRAME_BYTES = 11 * 1024 * 1024
"""Of a WebSocket frame: a message with its attachments, and a little more for an answer that says it is too large."""


class WebServer:
    """`async with WebServer(app, host, port) as server:` serves until the end of the block.

    `app` comes from `create_web_app` or `create_health_app`. Port 0 takes any free one; `server.port` tells which.
    No signal handlers are installed. Stopping ends streams at once (their clients resume elsewhere or later) and
    gives requests in flight `grace_seconds`.
    """

    def __init__(self, app: Starlette, host: str, port: int, *, grace_seconds: float = 20.0) -> None:
        self._app = app
        self._host = host
        self.port = port
        self._grace = grace_seconds
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._host, self._host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"

    async def __aenter__(self) -> WebServer:
        """Raises ConfigurationError where the address can't be had."""
        files = raise_file_limit()
        listener = await _listen(self._host, self.port)
        self.port = listener.getsockname()[1]
        self._server = _Server(
            _config(self._app, max_connections=max(files - KEPT_FILES, 64), grace=self._grace)
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]), name="web server")
        up = asyncio.create_task(self._server.up.wait(), name="web server starts")
        await asyncio.wait({up, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def wait(self) -> None:
        """Until the server ends, for whatever reason."""
        if self._serving:
            await asyncio.wait({self._serving})

    async def stop(self) -> None:
        """Stopping twice is a no-op."""
        if self._server is None or self._serving is None:
            return
        cast("Streams", self._app.state.streams).close()
        self._server.should_exit = True
        await self._serving
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()  # whoever did not take the rest in time
        self._server = None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the application."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _config(app: Starlette, *, max_connections: int, grace: float) -> uvicorn.Config:
    http = type("BoundedHttp", (GuardedHttp,), {"max_connections": max_connections})
    return uvicorn.Config(
        app,
        http=http,
        ws=GuardedSocket,
        ws_per_message_deflate=False,
        ws_max_size=FRAME_BYTES,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="off",
        log_config=None,
        log_level="warning",  # its info lines carry addresses with tokens in them
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,  # longer than a proxy keeps its own connections idle
        timeout_graceful_shutdown=cast("int", grace),
    )


async def _listen(host: str, port: int) -> socket.socket:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise ConfigurationError(
            [Fault("web", "web.host", f"no address of this name: {error.strerror}", host)]
        ) from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ConfigurationError([_address_fault(host, port, error)]) from error
    return listener


def _address_fault(host: str, port: int, error: OSError) -> Fault:
    if error.errno == errno.EADDRINUSE:
        problem = f"another program listens on {host}:{port}; stop it, or choose another port (0 takes any free one)"
    elif error.errno == errno.EACCES:
        problem = "this user may not open it; choose a port of 1024 or above"
    else:
        return Fault("web", "web.host", f"can't be listened on: {error.strerror}", host)
    return Fault("web", "web.port", problem, str(port))


def raise_file_limit() -> int:
    """The limit of open files, after raising it as far as this user may: every connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, MANY_FILES):  # macOS says "unlimited", and refuses it
        if soft in (limit, resource.RLIM_INFINITY):
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        except (ValueError, OSError) as error:
            log.info("the limit of open files was not raised", soft=soft, wanted=limit, error=str(error))
        else:
            soft = limit
            break
    return MANY_FILES if soft == resource.RLIM_INFINITY else soft
