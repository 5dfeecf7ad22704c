"""Whatever a client sends, it gets an answer: never a traceback, never a hang."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from botcore.web.parts import WebLimits, WebParts
from botcore.web.protocol import HEAD_BYTES
from botcore.web.server import WebServer
from tests.web.conftest import KEY, Bot, bearing, begin, events, serving, until_idle

NAUGHTY = {
    "NUL": "a\x00b",
    "controls": "".join(map(chr, range(1, 32))) + "x\x7f\x85",
    "bidi": "\u202eabc\u202d\u2066\u2069",
    "zero width": "a\u200b\u200c\u200d\ufeffb",
    "emoji": "👩🏽‍🚒👨‍👩‍👧‍👦🇨🇳🏳️‍🌈",
    "zalgo": "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ " * 20,
    "lines": "a\r\n\r\nb\u2028c\u2029d\n\nevent: message\ndata: {}\n\n",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{0} {text} {{}} %s %(x)s ${x} `id`",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "chinese": "如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？",
    "json": '{"text": "x"}',
    "path": "../../../../etc/passwd",
    "redis": "*1\r\n$8\r\nFLUSHALL\r\n",
}


@pytest.mark.parametrize("kind", NAUGHTY)
async def test_a_naughty_text_arrives_and_comes_back_as_it_is(
    http: httpx2.AsyncClient, bot: Bot, kind: str
) -> None:
    text = NAUGHTY[kind]
    session = await begin(http)
    response = await http.post("/api/v1/messages", json={"text": text, "id": "m"}, headers=bearing(session))
    assert response.status_code == 202, response.text
    async with events(http, session) as stream:
        seen = [json.loads(event.data) for event in await until_idle(stream) if event.event == "message"]
    assert [message["text"] for message in seen] == [text, f"You said: {text}"]


BROKEN = {
    "empty": b"",
    "half": b'{"text": "a',
    "array": b"[]",
    "null": b"null",
    "two": b'{"text":"a"} {"text":"b"}',
    "NaN": b'{"text": NaN}',
    "infinity": b'{"text": -Infinity}',
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
    "lone surrogate": b'{"text": "\\ud800 and more"}',
    "lone low surrogate": b'{"text": "\\udc00"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "depth": b'{"text":' + b"[" * 200_000,
    "depth of unknown": b'{"x":' + b'{"x":' * 200_000,
    "huge integer": b'{"text":"a","id":' + b"9" * 5000 + b"}",
    "wrong type": b'{"text": 5}',
    "unknown field": b'{"text": "a", "role": "human"}',
    "control in id": b'{"text": "a", "id": "a\\u0000"}',
    "empty id": b'{"text": "a", "id": ""}',
    "long id": json.dumps({"text": "a", "id": "x" * 129}).encode(),
    "no base64": b'{"text": "a", "attachments": [{"name": "a", "data": "!!"}]}',
    "eleven files": json.dumps({"text": "a", "attachments": [{"name": "a"}] * 11}).encode(),
    "media type with a line": b'{"text":"a","attachments":[{"name":"a","media_type":"a/b\\r\\nx: y"}]}',
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_body_is_a_400(client: httpx2.AsyncClient, bot: Bot, kind: str) -> None:
    session = await begin(client)
    response = await client.post("/api/v1/messages", content=BROKEN[kind], headers=bearing(session))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) in [(400, "bad_json"), (400, "bad_field")], response.text
    assert error["reference"]
    assert not bot.messages


@pytest.mark.parametrize(
    "kind",
    sorted(
        set(BROKEN)
        - {
            "unknown field",
            "control in id",
            "empty id",
            "long id",
            "eleven files",
            "no base64",
            "media type with a line",
        }
    ),
)
async def test_a_broken_chat_is_a_400(client: httpx2.AsyncClient, bot: Bot, kind: str) -> None:
    body = BROKEN[kind].replace(b'"text"', b'"messages"')
    response = await client.post(
        "/v1/chat/completions", content=body, headers={"authorization": f"Bearer {KEY}"}
    )
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    assert not bot.messages


async def test_an_unknown_field_is_named(client: httpx2.AsyncClient) -> None:
    session = await begin(client)
    response = await client.post(
        "/api/v1/messages", json={"text": "a", "colour": 1}, headers=bearing(session)
    )
    assert "`colour`" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [{"locale": "x" * 36}, {"locale": "zh\n"}, {"name": "x" * 81}, {"admin": True}, {"name": 5}]
)
async def test_a_wrong_session_is_a_400(client: httpx2.AsyncClient, body: dict[str, object]) -> None:
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 400


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
async def test_an_empty_message_is_refused_with_a_sentence(
    client: httpx2.AsyncClient, bot: Bot, text: str
) -> None:
    session = await begin(client)
    response = await client.post("/api/v1/messages", json={"text": text}, headers=bearing(session))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "empty")
    assert not bot.messages


async def test_a_text_at_the_limit_is_taken_and_one_of_a_megabyte_refused(
    client: httpx2.AsyncClient, bot: Bot
) -> None:
    session = await begin(client)
    taken = await client.post("/api/v1/messages", json={"text": "文" * 20_000}, headers=bearing(session))
    refused = await client.post("/api/v1/messages", json={"text": "x" * 1_000_000}, headers=bearing(session))
    assert (taken.status_code, refused.status_code) == (202, 413)
    assert "1000000" in refused.json()["error"]["message"]
    assert len(bot.messages) == 1


async def test_a_body_past_the_limit_is_refused_by_its_length(
    server: WebServer, http: httpx2.AsyncClient
) -> None:
    session = await begin(http)
    response = await http.post("/api/v1/messages", content=b"x" * 12_000_000, headers=bearing(session))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


async def test_a_body_without_a_length_is_refused_while_it_is_read(http: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1_000_000

    session = await begin(http)
    response = await http.post("/api/v1/messages", content=endless(), headers=bearing(session))
    assert response.status_code == 413
    again = await http.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    assert again.status_code == 202


async def test_an_endless_length_is_refused(server: WebServer, http: httpx2.AsyncClient) -> None:
    session = await begin(http)
    answer = await raw(
        server,
        "POST /api/v1/messages HTTP/1.1",
        f"authorization: Bearer {session['token']}",
        f"content-length: {10**16}",
    )
    assert b" 413 " in answer


async def test_a_slow_body_times_out(parts: WebParts) -> None:
    async with serving(parts, WebLimits(body_seconds=0.1)) as server, client_of(server) as http:
        session = await begin(http)
        answer = await raw(
            server,
            "POST /api/v1/messages HTTP/1.1",
            f"authorization: Bearer {session['token']}",
            "content-length: 20",
            body=b'{"text',
        )
    assert b" 408 " in answer
    assert b"body_too_slow" in answer


async def test_an_endless_head_is_cut_off(server: WebServer) -> None:
    answer = await raw(server, "GET / HTTP/1.1", "x: " + "y" * (HEAD_BYTES * 8), end=b"")
    assert b" 431 " in answer


@pytest.mark.parametrize(
    "line", ["GARBAGE", "GET / HTTP/9.9", "\x16\x03\x01\x02", "GET http://[::1 HTTP/1.1"]
)
async def test_what_is_no_http_is_a_400(server: WebServer, line: str) -> None:
    assert b" 400 " in await raw(server, line)


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/static/%2e%2e/secret.txt", "/" + "x" * 8000, "/a?" + "&" * 5000]
)
async def test_an_odd_path_is_a_404(server: WebServer, path: str) -> None:
    assert b" 404 " in await raw(server, f"GET {path} HTTP/1.1")


@pytest.mark.parametrize("id", ["a b", "1-1\x7f", "x" * 65, "é", "*"])
async def test_a_place_in_the_stream_that_is_none_is_refused(client: httpx2.AsyncClient, id: str) -> None:
    session = await begin(client)
    response = await client.get("/api/v1/events", params={"last_event_id": id}, headers=bearing(session))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_event_id")


def client_of(server: WebServer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, trust_env=False)


async def raw(server: WebServer, *lines: str, body: bytes = b"", end: bytes = b"\r\n\r\n") -> bytes:
    """What the server says to these lines, up to the end of its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = "\r\n".join([*lines[:1], "host: bot", "connection: close", *lines[1:]])
    writer.write(head.encode("latin-1") + end + body)
    async with asyncio.timeout(10):
        answer = await reader.read(65536)
        with contextlib.suppress(ConnectionResetError):
            answer += await reader.read(65536)
    writer.close()
    return answer
