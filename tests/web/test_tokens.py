"""Nothing is open without the right token, and a token opens nothing of another session."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx2
import pytest
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from botcore.web.app import create_web_app
from botcore.web.parts import WebParts
from botcore.web.server import WebServer
from tests.web.conftest import KEY, Bot, bearing, begin, events, in_process, until_idle

OPEN = {
    "/", "/widget.js", "/static/{path:path}", "/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/sessions",
}  # fmt: skip
GUARDED = [
    ("POST", "/api/v1/messages"),
    ("POST", "/api/v1/stop"),
    ("GET", "/api/v1/events"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
    ("POST", "/v1/chat/completions"),
]


def test_every_route_is_open_on_purpose_or_guarded(parts: WebParts) -> None:
    routes = create_web_app(parts).routes
    assert {route.path for route in routes if isinstance(route, Route)} == OPEN | {
        path for _, path in GUARDED
    }
    assert [route.path for route in routes if isinstance(route, WebSocketRoute)] == ["/api/v1/socket"]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize(
    "kind", ["none", "wrong secret", "no such session", "empty", "basic", "odd", "another's key"]
)
async def test_a_wrong_token_is_refused(
    client: httpx2.AsyncClient, method: str, path: str, kind: str
) -> None:
    session = await begin(client)
    token = session["token"]
    headers = {
        "none": {},
        "wrong secret": {"authorization": f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}"},
        "no such session": {"authorization": f"Bearer x{token}"},
        "empty": {"authorization": "Bearer "},
        "basic": {"authorization": f"Basic {token}"},
        "odd": {"authorization": b"Bearer \xff\xfe.\xc3\x28"},
        "another's key": {"authorization": f"Bearer {session['session']}.{KEY}"},
    }[kind]
    response = await client.request(method, path, headers=headers, content=b"{broken" * 10)
    assert response.status_code == 401, response.text
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["error"]["reference"]


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions"])
async def test_a_visitors_token_is_no_api_key_and_a_key_is_no_token(
    client: httpx2.AsyncClient, path: str
) -> None:
    session = await begin(client)
    method = "GET" if path == "/v1/models" else "POST"
    assert (await client.request(method, path, headers=bearing(session))).status_code == 401
    key = {"authorization": f"Bearer {KEY}"}
    assert (await client.post("/api/v1/stop", headers=key)).status_code == 401


async def test_without_api_keys_the_answer_names_the_setting(parts: WebParts) -> None:
    async with in_process(replace(parts, api_keys=[])) as client:
        for key in ["", KEY]:
            response = await client.get("/v1/models", headers={"authorization": f"Bearer {key}"})
            assert response.status_code == 401
            assert "web.api_keys" in response.json()["error"]["message"]


async def test_a_token_in_the_address_is_for_readers_only(client: httpx2.AsyncClient) -> None:
    session = await begin(client)
    for path in ["/api/v1/messages", "/api/v1/stop"]:
        response = await client.post(path, params={"token": session["token"]}, json={"text": "x"})
        assert response.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/messages", "/v1/chat/completions"])
async def test_the_token_is_checked_before_the_body_is_read(server: WebServer, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bot\r\ncontent-length: 9000000\r\nauthorization: Bearer no.no\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(5):
        assert b"401" in await reader.readline()  # though not one byte of the body was sent
    writer.close()


@pytest.mark.parametrize("token", ["", "?token=", "?token=a.b", "?token=%00.%ff", "?token=" + "x" * 5000])
async def test_a_socket_with_a_wrong_token_is_refused_before_the_handshake(
    server: WebServer, token: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{server.port}/api/v1/socket{token}")
    assert refused.value.response.status_code == 401
    assert b'"unauthorized"' in (refused.value.response.body or b"")


async def test_a_reader_sees_nothing_of_another_session(http: httpx2.AsyncClient, bot: Bot) -> None:
    mine, other = await begin(http), await begin(http)
    await http.post("/api/v1/messages", json={"text": "my secret"}, headers=bearing(mine))
    await http.post("/api/v1/messages", json={"text": "hello"}, headers=bearing(other))
    async with events(http, other) as stream:
        seen = await until_idle(stream)
    assert seen
    assert not any("secret" in event.data for event in seen)


async def test_a_forgotten_session_lets_nobody_in(client: httpx2.AsyncClient, parts: WebParts) -> None:
    session = await begin(client)
    await parts.sessions.forget(session["session"])
    assert (await client.post("/api/v1/stop", headers=bearing(session))).status_code == 401


async def test_tokens_and_keys_stay_out_of_the_log(
    server: WebServer,
    http: httpx2.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = await begin(http)
    address = f"ws://127.0.0.1:{server.port}/api/v1/socket?token={session['token']}"
    async with connect(address):
        pass
    await http.get("/api/v1/events", params={"token": session["token"] + "x"})
    await http.get("/v1/models", headers={"authorization": f"Bearer {KEY}x"})
    told = capsys.readouterr()
    for text in (told.out, told.err, caplog.text):
        assert session["token"].split(".")[1] not in text
        assert KEY not in text
