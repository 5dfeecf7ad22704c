"""The event stream: nothing lost and nothing shown twice, by SSE and by WebSocket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from botcore.delivery.memory import MemoryLive
from botcore.errors import RateLimited, StoreUnavailable
from botcore.types import Address, Attachment, Reply
from botcore.web.app import create_web_app
from botcore.web.parts import WebLimits, WebParts
from botcore.web.server import WebServer
from tests.web.conftest import Bot, Sse, bearing, begin, events, serving, until_idle


async def say(http: httpx2.AsyncClient, session: dict[str, str], text: str, id: str = "") -> str:
    body = {"text": text} | ({"id": id} if id else {})
    response = await http.post("/api/v1/messages", json=body, headers=bearing(session))
    assert response.status_code == 202
    return str(response.json()["id"])


async def test_a_turn_is_shown_from_the_persons_words_to_its_end(http: httpx2.AsyncClient) -> None:
    session = await begin(http)
    await say(http, session, "hello", "m1")
    async with events(http, session) as stream:
        seen = await until_idle(stream)
    assert [event.event for event in seen] == ["message", "delta", "message", "state"]
    said, delta, answer, state = (json.loads(event.data) for event in seen)
    assert (said["id"], said["role"], said["text"]) == ("m1", "user", "hello")
    assert delta["id"] == answer["id"]
    assert (answer["role"], answer["in_reply_to"], answer["text"]) == ("assistant", "m1", "You said: hello")
    assert set(answer) >= {"id", "text", "role", "in_reply_to", "buttons", "attachments", "sources", "at"}
    assert state == {"status": "idle", "in_reply_to": "m1"}


async def test_a_reader_that_comes_back_at_any_place_misses_nothing_and_sees_nothing_twice(
    http: httpx2.AsyncClient,
) -> None:
    session = await begin(http)
    for number in range(5):
        await say(http, session, f"{number}", f"m{number}")
    async with events(http, session) as stream:
        whole = await until_idle(stream, turns=5)
    for place, event in enumerate(whole[:-1]):
        async with events(http, session, after=event.id) as stream:
            assert await until_idle(stream, turns=rest(whole[place + 1 :])) == whole[place + 1 :]


def rest(seen: list[Sse]) -> int:
    return sum(event.event == "state" for event in seen)


async def test_a_reader_that_is_cut_off_over_and_over_sees_every_message_once(
    http: httpx2.AsyncClient,
) -> None:
    session = await begin(http)
    seen: list[Sse] = []

    async def talk() -> None:
        for number in range(30):
            await say(http, session, f"{number}", f"m{number}")

    talking = asyncio.create_task(talk())
    while rest(seen) < 30:
        async with events(http, session, after=seen[-1].id if seen else "") as stream:
            async for event in stream:
                seen.append(event)
                if len(seen) % 7 == 0:
                    break  # the connection breaks off here
                if rest(seen) == 30:
                    break
    await talking
    ids = [event.id for event in seen]
    assert len(ids) == len(set(ids))
    said = [json.loads(event.data)["text"] for event in seen if event.event == "message"]
    assert sorted(said) == sorted([f"{n}" for n in range(30)] + [f"You said: {n}" for n in range(30)])


async def test_two_readers_see_the_same(http: httpx2.AsyncClient) -> None:
    session = await begin(http)
    async with events(http, session) as one, events(http, session) as other:
        await say(http, session, "hello")
        assert await until_idle(one) == await until_idle(other)


async def test_the_place_may_stand_in_the_address_and_the_header_counts_more(
    http: httpx2.AsyncClient,
) -> None:
    session = await begin(http)
    await say(http, session, "hello")
    async with events(http, session) as stream:
        whole = await until_idle(stream)
    address = f"/api/v1/events?token={session['token']}&last_event_id={whole[1].id}"
    async with http.stream("GET", address) as response:
        first = await first_id(response)
    assert first == whole[2].id
    async with http.stream("GET", address, headers={"last-event-id": whole[2].id}) as response:
        assert await first_id(response) == whole[3].id


async def first_id(response: httpx2.Response) -> str:
    async for line in response.aiter_lines():
        if line.startswith("id: "):
            return line.removeprefix("id: ")
    raise AssertionError("no event")


async def test_buttons_files_and_sources_are_shown(http: httpx2.AsyncClient, bot: Bot) -> None:
    big = Attachment(name="film.mp4", media_type="video/mp4", data=b"x" * 1_200_000)
    dot = Attachment(name="dot.png", media_type="image/png", data=b"\x89PNG", alt="a dot")
    bot.replies = lambda message: [Reply("Which?", buttons=["Yes", "No"], attachments=[dot, big])]
    session = await begin(http)
    await say(http, session, "x")
    async with events(http, session) as stream:
        answer = json.loads((await until_idle(stream))[2].data)
    assert answer["buttons"] == ["Yes", "No"]
    [shown] = answer["attachments"]
    assert shown == {
        "name": "dot.png",
        "media_type": "image/png",
        "url": "data:image/png;base64,iVBORw==",
        "alt": "a dot",
    }
    assert "film.mp4" in answer["text"]


async def test_a_silent_stream_is_kept_alive_by_comments(parts: WebParts) -> None:
    class Quiet(MemoryLive):
        async def follow(self, address: Address, after: str = ""):  # type: ignore[no-untyped-def]
            yield None
            async for event in super().follow(address, after):
                yield event

    async with serving(replace(parts, live=Quiet()), WebLimits()) as server, client_of(server) as http:
        session = await begin(http)
        async with http.stream("GET", "/api/v1/events", headers=bearing(session)) as response:
            async for line in response.aiter_lines():
                if line.startswith(":"):
                    break
    assert line == ": still here"


async def test_a_store_that_goes_away_ends_the_stream_with_an_error(parts: WebParts) -> None:
    class Breaking(MemoryLive):
        async def follow(self, address: Address, after: str = ""):  # type: ignore[no-untyped-def]
            yield None
            raise StoreUnavailable("away")

    async with serving(replace(parts, live=Breaking()), WebLimits()) as server, client_of(server) as http:
        session = await begin(http)
        async with events(http, session) as stream:
            [event] = [event async for event in stream]
        assert (event.event, event.id) == ("error", "")
        assert json.loads(event.data)["code"] == "store_unavailable"
        async with connect(socket_of(server, session)) as socket:
            assert json.loads(await socket.recv())["event"] == "error"


async def test_an_old_stream_ends_so_that_its_token_is_checked_again(parts: WebParts) -> None:
    async with serving(parts, WebLimits(stream_seconds=0.1)) as server, client_of(server) as http:
        session = await begin(http)
        async with events(http, session) as stream:
            assert [event async for event in stream] == []


async def test_a_reader_that_goes_is_let_go_of(parts: WebParts) -> None:
    app = create_web_app(parts)
    async with WebServer(app, "127.0.0.1", 0) as server, client_of(server) as http:
        session = await begin(http)
        async with events(http, session), connect(socket_of(server, session)):
            await until(lambda: len(app.state.streams) == 2)
        await until(lambda: len(app.state.streams) == 0)
    assert parts.registry.get_sample_value("botcore_web_streams", {"kind": "sse"}) == 0
    assert parts.registry.get_sample_value("botcore_web_streams", {"kind": "socket"}) == 0


async def test_a_socket_carries_the_same_events(server: WebServer, http: httpx2.AsyncClient) -> None:
    session = await begin(http)
    async with connect(socket_of(server, session)) as socket:
        await socket.send(json.dumps({"type": "message", "id": "m1", "text": "hello"}))
        frames = await frames_until_idle(socket)
    async with events(http, session) as stream:
        seen = await until_idle(stream)
    assert [(frame["id"], frame["event"], frame["data"]) for frame in frames] == [
        (event.id, event.event, json.loads(event.data)) for event in seen
    ]


async def test_a_socket_takes_its_token_by_the_header_and_resumes(
    server: WebServer, http: httpx2.AsyncClient
) -> None:
    session = await begin(http)
    address = f"ws://127.0.0.1:{server.port}/api/v1/socket"
    async with connect(address, additional_headers=bearing(session)) as socket:
        await socket.send(json.dumps({"type": "message", "text": "hello"}))
        whole = await frames_until_idle(socket)
    async with connect(
        f"{address}?last_event_id={whole[1]['id']}", additional_headers=bearing(session)
    ) as socket:
        assert await frames_until_idle(socket) == whole[2:]


async def test_a_socket_stops_the_answer(
    server: WebServer, http: httpx2.AsyncClient, live: MemoryLive
) -> None:
    session = await begin(http)
    stops = live.stops()
    waiting = asyncio.ensure_future(anext(stops))
    await asyncio.sleep(0)
    async with connect(socket_of(server, session)) as socket:
        await socket.send('{"type": "stop"}')
        assert await waiting == Address("web", session["session"])
    await stops.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{broken", "bad_json"),
        ("[]", "bad_field"),
        ('{"type": "message", "text": ""}', "empty"),
        ('{"type": "message", "text": "a", "colour": 1}', "bad_field"),
        ('{"type": "dance"}', "bad_field"),
        ('{"text": "no type"}', "bad_field"),
        (b"\xff\xfe", "bad_json"),
        ('{"type": "message", "text": "\\ud800"}', "bad_json"),
        ("[" * 100_000, "bad_field"),
        ('{"type":"message","text":"' + "x" * 1_000_000 + '"}', "text_too_long"),
    ],
)
async def test_a_bad_frame_is_told_and_the_socket_goes_on(
    server: WebServer, http: httpx2.AsyncClient, frame: str | bytes, code: str
) -> None:
    session = await begin(http)
    async with connect(socket_of(server, session)) as socket:
        await socket.send(frame)
        told = json.loads(await socket.recv())
        assert (told["event"], told["data"]["code"]) == ("error", code)
        assert told["data"]["reference"]
        await socket.send(json.dumps({"type": "message", "text": "hello"}))
        assert len(await frames_until_idle(socket)) == 4


async def test_a_refused_frame_names_its_message_and_when_to_come_back(
    server: WebServer, http: httpx2.AsyncClient, bot: Bot
) -> None:
    session = await begin(http)
    bot.refuses = RateLimited(3)
    async with connect(socket_of(server, session)) as socket:
        await socket.send(json.dumps({"type": "message", "id": "m7", "text": "hello"}))
        data = json.loads(await socket.recv())["data"]
    assert (data["code"], data["id"], data["retry_after"]) == ("rate_limited", "m7", 3)


async def test_the_same_id_by_socket_and_by_post_is_one_message(
    server: WebServer, http: httpx2.AsyncClient, bot: Bot
) -> None:
    session = await begin(http)
    await say(http, session, "hello", "m1")
    async with connect(socket_of(server, session)) as socket:
        await socket.send(json.dumps({"type": "message", "id": "m1", "text": "hello"}))
        await socket.send(json.dumps({"type": "message", "id": "m2", "text": "again"}))
        await frames_until_idle(socket)
        await frames_until_idle(socket)
    assert [message.text for message in bot.messages] == ["hello", "again"]


async def frames_until_idle(socket: ClientConnection) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not frames or frames[-1]["event"] != "state":
            frames.append(json.loads(await socket.recv()))
    return frames


async def until(met: Any) -> None:
    async with asyncio.timeout(10):
        while not met():
            await asyncio.sleep(0.01)


def socket_of(server: WebServer, session: dict[str, str]) -> str:
    return f"ws://127.0.0.1:{server.port}/api/v1/socket?token={session['token']}"


def client_of(server: WebServer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, trust_env=False, timeout=10)
