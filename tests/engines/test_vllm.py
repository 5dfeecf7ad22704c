"""What the client of one server does beyond the contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from botcore.engines.base import ChatRequest
from botcore.engines.connect import connect
from botcore.engines.deadlines import Deadlines
from botcore.engines.replicas import ReplicatedEngine
from botcore.engines.vllm import VllmEngine
from botcore.errors import EngineRefused, EngineTimeout, EngineUnavailable
from botcore.testing.fake_engine import FakeEngine, Hang, Say
from tests.engines.asking import answer, asking, broken_answer, text_of

Client = Callable[..., VllmEngine]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Makes engines, and closes them."""
    async with AsyncExitStack() as stack:

        def make(url: str, **options: Any) -> VllmEngine:
            engine = VllmEngine(url, **options)
            stack.push_async_callback(engine.aclose)
            return engine

        yield make


async def test_the_name_of_the_only_model_is_asked_for_once(client: Client, server: FakeEngine) -> None:
    engine = client(server.url)
    await answer(engine)
    server.models[:] = ["other"]
    _, error = await broken_answer(engine)
    assert "no model 'fake', but 'other'" in str(error)
    assert await text_of(engine) == "You said: Hello", "the name was asked for anew"


async def test_one_connection_serves_one_answer_after_the_other(client: Client, server: FakeEngine) -> None:
    engine = client(server.url)
    for _ in range(5):
        await answer(engine)
    assert len({request.peer for request in server.requests}) == 1


async def test_more_requests_than_the_limit_wait_their_turn(client: Client, server: FakeEngine) -> None:
    engine = client(server.url, limit=2, deadlines=Deadlines(first_token=0.3))
    for _ in range(2):
        server.script(Say("Hel"), Hang())
    streams = [engine.stream(asking()) for _ in range(2)]
    for stream in streams:
        await anext(stream)
    _, error = await broken_answer(engine)
    assert isinstance(error, EngineUnavailable)
    assert "busy with 2 answers" in str(error)
    await streams[0].aclose()
    assert await text_of(engine) == "You said: Hello"
    await streams[1].aclose()


async def test_an_address_that_does_not_answer_is_a_timeout(client: Client) -> None:
    # TEST-NET-1 (RFC 5737) belongs to nobody; some networks refuse it at once.
    engine = client("http://192.0.2.1:9/v1", deadlines=Deadlines(connect=0.1, first_token=1))
    with pytest.raises((EngineTimeout, EngineUnavailable), match=r"192\.0\.2\.1"):
        await answer(engine)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://host/v1", "http://", "http://host:99999/v1", "http://[::1/v1"]
)
async def test_an_address_that_is_none_is_told_in_a_sentence(client: Client, url: str) -> None:
    engine = client(url)
    _, error = await broken_answer(engine)
    assert isinstance(error, EngineUnavailable)
    assert "engine.urls" in str(error)
    assert "engine.urls" in await engine.health()


@pytest.mark.parametrize("body", ["<html>hello</html>", '{"choices": []}'])
async def test_a_server_that_is_no_engine_is_refused(client: Client, body: str) -> None:
    async def page(http: web.Request) -> web.Response:
        return web.Response(text=body, content_type="text/html" if "html" in body else "application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    engine = client(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", model="any")
    with pytest.raises(EngineRefused, match="is that address an engine's"):
        await answer(engine)
    assert "is that address an engine's" in await engine.health()
    await engine.aclose()
    await runner.cleanup()


async def test_a_base_without_its_v1_is_explained(client: Client, server: FakeEngine) -> None:
    engine = client(server.url.removesuffix("/v1"), model="fake")
    with pytest.raises(EngineRefused, match="end in /v1"):
        await answer(engine)


async def test_hundreds_of_cancelled_requests_leave_nothing_behind(
    client: Client, server: FakeEngine
) -> None:
    engine = client(server.url, limit=20)
    for _ in range(20):
        server.script(Hang())
    tasks = [asyncio.create_task(text_of(engine)) for _ in range(100)]
    await server.request(19)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert await asyncio.gather(*(text_of(engine) for _ in range(40))) == ["You said: Hello"] * 40


async def test_the_number_of_addresses_decides_the_kind_of_engine() -> None:
    assert connect([]) is None
    assert isinstance(connect(["http://a/v1"]), VllmEngine)
    assert isinstance(connect(["http://a/v1", "http://b/v1"]), ReplicatedEngine)


async def test_an_engine_that_was_closed_opens_no_connections_that_nobody_would_close(
    client: Client, server: FakeEngine
) -> None:
    engine = client(server.url)
    assert await text_of(engine, ChatRequest(messages=asking().messages, model="fake")) == "You said: Hello"
    await engine.aclose()
    with pytest.raises(EngineUnavailable, match="the bot is stopping"):
        await text_of(engine, ChatRequest(messages=asking().messages, model="fake"))
    assert "the bot is stopping" in await engine.health()
    assert await engine.count_tokens("Hello") is None
    assert len(server.requests) == 1
