"""The server as a whole: its port, its end, and clients that behave badly."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import replace

import httpx2
import psutil
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from websockets.asyncio.client import connect

from botcore.delivery.memory import MemoryLive
from botcore.errors import ConfigurationError
from botcore.types import Address
from botcore.web.app import create_web_app
from botcore.web.parts import WebLimits, WebParts
from botcore.web.server import WebServer, raise_file_limit
from tests.web.conftest import Bot, bearing, begin, events, until_idle


def client_of(server: WebServer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, trust_env=False, timeout=10)


async def until(met: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not met():
            await asyncio.sleep(0.01)


async def test_a_port_in_use_is_a_mistake_in_the_configuration(server: WebServer, parts: WebParts) -> None:
    app = create_web_app(replace(parts, registry=type(parts.registry)()))
    with pytest.raises(ConfigurationError, match=f"web.port = {server.port}: another program listens"):
        async with WebServer(app, "127.0.0.1", server.port):
            pass


async def test_a_host_that_is_none_is_a_mistake_in_the_configuration(parts: WebParts) -> None:
    with pytest.raises(ConfigurationError, match=r"web\.host = 203\.0\.113\.7"):
        async with WebServer(create_web_app(parts), "203.0.113.7", 0):
            pass


async def test_a_stopped_server_has_left_its_port(parts: WebParts) -> None:
    app = create_web_app(parts)
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        assert (await http.get("/healthz")).status_code == 200
    async with WebServer(app, "127.0.0.1", server.port) as again:
        assert again.port == server.port
    await again.stop()


async def test_no_signal_handler_is_touched(parts: WebParts) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with WebServer(create_web_app(parts), "127.0.0.1", 0):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_the_limit_of_open_files_is_raised() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    assert raise_file_limit() == hard
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


async def test_stopping_ends_streams_at_once_and_their_readers_can_resume(parts: WebParts, bot: Bot) -> None:
    async with WebServer(create_web_app(parts), "127.0.0.1", 0, grace_seconds=20) as server:
        http = client_of(server)
        session = await begin(http)
        await http.post("/api/v1/messages", json={"text": "one"}, headers=bearing(session))
        socket_address = f"ws://127.0.0.1:{server.port}/api/v1/socket?token={session['token']}"
        async with events(http, session) as stream, connect(socket_address) as socket:
            seen = await until_idle(stream)
            stopping = asyncio.create_task(server.stop())
            async with asyncio.timeout(3):
                assert [event async for event in stream] == []  # a whole answer, no broken one
                await socket.wait_closed()
                assert socket.close_code == 1012
                await http.aclose()
                await stopping
    again = create_web_app(replace(parts, registry=type(parts.registry)()))
    async with WebServer(again, "127.0.0.1", 0) as server, client_of(server) as http:
        await http.post("/api/v1/messages", json={"text": "two"}, headers=bearing(session))
        async with events(http, session, after=seen[-1].id) as stream:
            texts = [json.loads(event.data).get("text") for event in await until_idle(stream)]
    assert texts == ["two", "You ", "You said: two", None]


async def test_stopping_lets_a_request_in_flight_finish(parts: WebParts) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> PlainTextResponse:
        entered.set()
        await leave.wait()
        return PlainTextResponse("finished")

    app = create_web_app(parts, routes=[Route("/slow", slow)])
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        asking = asyncio.create_task(http.get("/slow"))
        await entered.wait()
        stopping = asyncio.create_task(server.stop())
        await until(lambda: refused(server.port))
        leave.set()
        assert (await asking).text == "finished"
        await stopping


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_stopping_waits_no_longer_than_the_grace(parts: WebParts) -> None:
    entered = asyncio.Event()

    async def stuck(request: Request) -> PlainTextResponse:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError

    app = create_web_app(parts, routes=[Route("/stuck", stuck)])
    async with WebServer(app, "127.0.0.1", 0, grace_seconds=0.2) as server, client_of(server) as http:
        asking = asyncio.create_task(http.get("/stuck"))
        await entered.wait()
        async with asyncio.timeout(5):
            await server.stop()
        response = await asking
    assert (response.status_code, response.json()["error"]["code"]) == (503, "stopping")


async def test_a_new_stream_is_refused_while_the_server_stops(parts: WebParts) -> None:
    app = create_web_app(parts)
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        session = await begin(http)
        app.state.streams.close()
        response = await http.get("/api/v1/events", headers=bearing(session))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "stopping")


async def test_a_stalled_reader_is_cut_off_and_costs_a_bounded_memory(
    parts: WebParts, live: MemoryLive
) -> None:
    app = create_web_app(replace(parts, limits=WebLimits(write_seconds=0.5)))
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        session = await begin(http)
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            reader.send(f"GET /api/v1/events?token={session['token']} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            await until(lambda: len(app.state.streams) == 1)
            before = psutil.Process().memory_info().rss
            text = "x" * 1_000_000  # one string for all events: what grows is the server's
            for number in range(100):
                await live.publish(
                    Address("web", session["session"]), "message", {"id": str(number), "text": text}
                )
            await until(lambda: parts.registry.get_sample_value("botcore_web_stalled_readers_total") == 1)
            assert psutil.Process().memory_info().rss - before < 20_000_000
            await until(lambda: len(app.state.streams) == 0)
        async with events(http, session) as stream:  # and everything is there for a reader that reads
            seen = [event async for event in first(stream, 100)]
        assert [json.loads(event.data)["id"] for event in seen] == [str(number) for number in range(100)]


async def first(stream, count: int):  # type: ignore[no-untyped-def]
    async for event in stream:
        yield event
        count -= 1
        if not count:
            return


async def test_a_stalled_socket_is_cut_off_too(parts: WebParts, live: MemoryLive) -> None:
    app = create_web_app(replace(parts, limits=WebLimits(write_seconds=0.3)))
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        session = await begin(http)
        address = f"ws://127.0.0.1:{server.port}/api/v1/socket?token={session['token']}"
        async with connect(address, max_queue=1) as stalled:
            await until(lambda: len(app.state.streams) == 1)
            stalled.transport.pause_reading()
            for number in range(30):
                await live.publish(
                    Address("web", session["session"]),
                    "message",
                    {"id": str(number), "text": "x" * 1_000_000},
                )
            await until(lambda: parts.registry.get_sample_value("botcore_web_stalled_readers_total") == 1)
            await until(lambda: len(app.state.streams) == 0)
            stalled.transport.abort()


async def test_two_thousand_idle_connections_do_not_hurt(parts: WebParts) -> None:
    app = create_web_app(parts)
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        session = await begin(http)
        before = psutil.Process().memory_info().rss
        idle = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(1000)]
        ask = f"GET /api/v1/events?last_event_id=$&token={session['token']} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
        readers = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(1000)]
        for _, writer in readers:
            writer.write(ask)
        await until(lambda: len(app.state.streams) == 1000)
        used = psutil.Process().memory_info().rss - before
        assert used / 2000 < 100_000  # bytes a connection, the client's half included
        async with asyncio.timeout(5):
            response = await http.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
            assert response.status_code == 202
            async with events(http, session) as stream:
                assert len(await until_idle(stream)) == 4
        stopping = asyncio.create_task(server.stop())
        async with asyncio.timeout(10):
            await stopping
        for _, writer in [*idle, *readers]:
            writer.transport.abort()
    assert len(app.state.streams) == 0
