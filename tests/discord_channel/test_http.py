"""Interactions that Discord brings to a web address, instead of a connection to its gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from botcore.channels.discord.endpoint import Endpoint
from botcore.testing.fake_discord import FakeDiscord
from botcore.web.discord import PATH, discord_routes
from botcore.web.problems import Problem
from tests.discord_channel.conftest import Bot


async def refuse(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return Response(status_code=problem.status)


@asynccontextmanager
async def served(endpoint: Endpoint) -> AsyncIterator[str]:
    """The route alone on a real server; gives its address."""
    app = Starlette(routes=discord_routes(endpoint), exception_handlers={Problem: refuse})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def called(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """A bot to which Discord brings its interactions."""
    bot = Bot(fake, mode="http", public_key=fake.public_key)
    async with bot.running(), served(bot.channel.endpoint(bot.intake)) as url:
        fake.bring_interactions_to(url)
        await fake.until(lambda: fake.rest.syncs == 1)
        yield bot


async def test_a_command_that_comes_by_http_is_answered_in_its_place(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    async with called(fake) as bot:
        asked = await fake.slash(dm, "ann", "echo", text="hello")
        assert asked.acknowledged == "deferred"
        assert await fake.answered(dm) == ["hello"]
        assert fake.shown(dm) == [asked.original]
        assert bot.channel.health() == ""
        assert fake.gateway.identified == 0


async def test_a_button_that_comes_by_http_says_its_text(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    async with called(fake):
        await fake.slash(dm, "ann", "echo", text="choose")
        await fake.answered(dm)
        question = fake.shown(dm)[0]
        question.components = [{"type": 1, "components": [{"type": 2, "custom_id": "say:0", "label": "Red"}]}]
        await fake.press(question, "Red")
        assert await fake.answered(dm, 2) == ["choose", "Red"]


async def test_another_gateway_may_take_the_call_than_the_one_that_answers(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    async with called(fake) as holder:
        bystander = holder.restarted()
        async with served(bystander.channel.endpoint(bystander.intake)) as url:
            fake.bring_interactions_to(url)
            asked = await fake.slash(dm, "ann", "echo", text="hello")
            assert await fake.answered(dm) == ["hello"]
            assert fake.shown(dm) == [asked.original]
        await bystander.channel.aclose()


async def test_a_call_whose_answer_never_went_out_is_answered_in_the_channel(fake: FakeDiscord) -> None:
    dm = fake.dm("ann")
    async with called(fake) as bot:
        fake._interactions.calling = None
        asked = await fake.slash(dm, "ann", "help")
        bot.channel.endpoint(bot.intake).handle(fake.gateway.last["d"])
        assert await fake.answered(dm) == ["/help"]
        assert asked.acknowledged == ""


async def test_a_ping_is_answered_by_a_ping(fake: FakeDiscord) -> None:
    async with called(fake):
        assert fake._interactions.calling is not None
        assert await fake._interactions.calling.call({"type": 1}) == {"type": 1}


@pytest.mark.parametrize(
    ("body", "forged"),
    [
        (b'{"type": 1}', {"X-Signature-Ed25519": "00" * 64}),
        (b'{"type": 1}', {"X-Signature-Ed25519": "no hexadecimal"}),
        (b'{"type": 1}', {"X-Signature-Ed25519": "00"}),
        (b'{"type": 1}', {"X-Signature-Timestamp": "1"}),
        (b'{"type": 1}', {"X-Signature-Ed25519": ""}),
        (b"[" * 100_000, {"X-Signature-Timestamp": "1"}),
    ],
)
async def test_a_call_that_is_not_discords_is_refused_before_it_is_read(
    fake: FakeDiscord, body: bytes, forged: dict[str, str]
) -> None:
    async with called(fake) as bot:
        calling = fake._interactions.calling
        assert calling is not None
        async with (
            aiohttp.ClientSession() as session,
            session.post(calling.url, data=body, headers={**calling.signed(body), **forged}) as response,
        ):
            assert response.status == 401
        assert bot.heard == []


@pytest.mark.parametrize(
    "payload", [None, [], {"type": 2}, {"type": 99, "id": "1"}, {"type": 2, "id": "x" * 9}]
)
async def test_a_signed_call_that_makes_no_sense_is_refused(fake: FakeDiscord, payload: object) -> None:
    async with called(fake) as bot:
        calling = fake._interactions.calling
        assert calling is not None
        body = json.dumps(payload).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(calling.url, data=body, headers=calling.signed(body)) as response,
        ):
            assert response.status == 400
        assert bot.heard == []


async def test_without_a_public_key_nobody_is_let_in() -> None:
    assert not Endpoint("", lambda payload: None).is_discord("00" * 64, "1", b"{}")
