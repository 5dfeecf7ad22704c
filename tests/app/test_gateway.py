"""The service by HTTP, with everything behind it that is there in production."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from openai import APIStatusError, AsyncOpenAI, DefaultAsyncHttpxClient
from websockets.asyncio.client import connect

from tests.app.service import PATIENCE_SECONDS, PROBE_ONLY, Service, service_in
from tests.app.talk import Talk
from tests.web.conftest import bearing

KEY = "sk-of-a-test"
SECRET = "xyzzy-the-secret-word"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = PROBE_ONLY | {"BOTCORE_WEB__API_KEYS": json.dumps([KEY])}
    with service_in(tmp_path_factory.mktemp("gateway") / "bot", settings) as service:
        yield service.start()


@pytest.fixture
async def talk(gateway: Service) -> Talk:
    return await Talk(gateway).begin()


def openai(gateway: Service, key: str = KEY) -> AsyncOpenAI:
    client = DefaultAsyncHttpxClient(trust_env=False)
    return AsyncOpenAI(
        base_url=f"{gateway.url}/v1", api_key=key, max_retries=0, timeout=PATIENCE_SECONDS, http_client=client
    )


async def test_a_message_sent_twice_is_answered_once(talk: Talk) -> None:
    for _ in range(3):
        assert await talk.say("/echo once", id="the-same") == "the-same"
    await talk.ask("/echo after")
    assert talk.said("the-same") == ["once"]


async def test_a_reader_that_comes_back_reads_what_it_has_missed_and_nothing_twice(talk: Talk) -> None:
    first = await talk.say("/echo first")
    await talk.answer(first)
    missed = await talk.say("/echo missed")
    another = Talk(talk.service)
    another.session = talk.session
    await another.answer(missed)  # a second reader, from the beginning
    await talk.answer(missed)
    assert [event.id for event in talk.seen] == [event.id for event in another.seen]
    assert talk.said(missed) == ["missed"]


async def test_the_socket_carries_the_same_events(gateway: Service, talk: Talk) -> None:
    address = f"{gateway.url.replace('http', 'ws')}/api/v1/socket?token={talk.session['token']}"
    async with asyncio.timeout(PATIENCE_SECONDS), connect(address) as socket:
        await socket.send(json.dumps({"type": "message", "text": "/echo by socket", "id": "s1"}))
        frames = []
        while not frames or frames[-1]["data"].get("in_reply_to") != "s1" or frames[-1]["event"] != "state":
            frames.append(json.loads(await socket.recv()))
    await talk.answer("s1")
    assert [frame["id"] for frame in frames] == [event.id for event in talk.seen]
    assert talk.said("s1") == ["by socket"]


async def test_the_openai_library_talks_with_the_bot(gateway: Service) -> None:
    async with openai(gateway) as client:
        [model] = (await client.models.list()).data
        said = [{"role": "user", "content": "/echo by library"}]
        whole = await client.chat.completions.create(model=model.id, messages=said)  # type: ignore[call-overload]
        assert whole.choices[0].message.content == "by library"
        gateway.open("library")
        story = [{"role": "user", "content": "/tell library"}]
        stream = await client.chat.completions.create(model=model.id, messages=story, stream=True)  # type: ignore[call-overload]
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        assert "".join(pieces) == "Once upon a time they lived happily ever after."
        assert len([piece for piece in pieces if piece]) > 1, "it grew"
    async with openai(gateway, "sk-wrong") as stranger:
        with pytest.raises(APIStatusError) as refused:
            await stranger.models.list()
        assert refused.value.status_code == 401


async def test_closing_a_completion_ends_its_turn(gateway: Service) -> None:
    ended = gateway.log.count('"handler": "tell"')
    async with openai(gateway) as client:
        said = [{"role": "user", "content": "/tell closed"}]
        stream = await client.chat.completions.create(model="botcore", messages=said, stream=True)  # type: ignore[call-overload]
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        await stream.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while gateway.log.count('"handler": "tell"') == ended:
                await asyncio.sleep(0.05)


async def test_stop_ends_an_answer_that_grows_and_says_so(gateway: Service, talk: Talk) -> None:
    id = await talk.say("/tell stopped")
    await talk.follow(lambda: any(event.event == "delta" for event in talk.seen))
    async with gateway.http() as http:
        response = await http.post("/api/v1/stop", headers=bearing(talk.session))
        assert response.is_success
    [answer] = await talk.answer(id)
    assert answer["incomplete"] is True
    assert answer["text"].startswith("Once upon a time")


async def test_a_handler_that_fails_is_a_sentence_with_a_reference_that_the_log_knows(talk: Talk) -> None:
    [answer] = await talk.ask(f"/fail {SECRET}")
    lines = [json.loads(line) for line in talk.service.log.splitlines()]
    [failure] = [line for line in lines if line["event"] == "a handler failed"]
    assert failure["trace_id"] in answer["text"]
    assert SECRET not in answer["text"]


async def test_health_metrics_and_description_are_there(gateway: Service, talk: Talk) -> None:
    await talk.ask("/echo counted")
    async with gateway.http() as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = (await http.get("/readyz")).json()
        assert ready["status"] == "ok"
        metrics = (await http.get("/metrics")).text
        assert 'botcore_web_messages_total{outcome="accepted"}' in metrics
        assert "/api/v1/messages" in (await http.get("/openapi.json")).json()["paths"]
        page = await http.get("/")
        assert (page.status_code, "widget.js" in page.text) == (200, True)
        assert (await http.get("/widget.js")).headers["content-type"].startswith("text/javascript")


ODD = {
    "bidi": "\u202eabc\u202d\u2066\u2069\u200b\ufeff",
    "emoji": "👩🏽‍🚒👨‍👩‍👧‍👦🇨🇳" * 20,
    "controls": "".join(map(chr, range(1, 32))) + "x\x7f\x85\u2028\u2029",
    "nul": "a\x00b",
    "command with controls": "/echo \x1b]0;title\x07 \x00",
    "only slashes": "////",
    "command of no name": "/ help",
    "long command": "/" + "x" * 10_000,
    "event stream": "x\n\nevent: message\ndata: {}\n\n",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markup": "[red]{0} %s ${x} `id` $(id) {{7*7}}",
    "redis": "*1\r\n$8\r\nFLUSHALL\r\n",
    "sql": "'; DROP TABLE documents; --",
    "regex": "(" * 5000 + "a" * 5000,
    "digits": "9" * 15_000,
    "combining": "a" + "\u0301" * 10_000,
    "address": "web:other:0:0",
}
REFUSED = {
    "empty": (b'{"text": ""}', 400),
    "spaces": (b'{"text": " \\n\\u3000"}', 400),
    "megabyte": (json.dumps({"text": "x" * 1_000_000}).encode(), 413),
    "lone surrogate": (b'{"text": "\\ud800"}', 400),
    "no JSON": (b"\xff\xfe{", 400),
    "deep": (b'{"text":' * 50_000, 400),
    "unknown field": (b'{"text": "a", "role": "human"}', 400),
}


async def test_odd_texts_have_a_turn_each_and_odd_bodies_a_clear_refusal(talk: Talk) -> None:
    for text in ODD.values():
        answers = await talk.ask(text)
        assert answers, f"no answer to {text[:50]!r}"
    async with talk.service.http() as http:
        for kind, (body, status) in REFUSED.items():
            response = await http.post("/api/v1/messages", content=body, headers=bearing(talk.session))
            assert response.status_code == status, kind
            assert response.json()["error"]["message"]
    assert [answer["text"] for answer in await talk.ask("/echo still well")] == ["still well"]


async def test_five_hundred_idle_sockets_keep_nobody_from_talking(gateway: Service, talk: Talk) -> None:
    address = (
        f"{gateway.url.replace('http', 'ws')}/api/v1/socket?last_event_id=$&token={talk.session['token']}"
    )
    sockets = []
    for _ in range(10):
        sockets += await asyncio.gather(*(connect(address, open_timeout=PATIENCE_SECONDS) for _ in range(50)))
    other = await Talk(gateway).begin()
    assert [answer["text"] for answer in await other.ask("/echo heard")] == ["heard"]
    await talk.ask("/echo to all")
    async with asyncio.timeout(PATIENCE_SECONDS):
        for socket in sockets:
            while json.loads(await socket.recv())["data"].get("text") != "to all":
                pass
    await asyncio.gather(*(socket.close() for socket in sockets))


async def test_a_stranger_sees_nothing_of_a_session(gateway: Service, talk: Talk) -> None:
    async with gateway.http() as http:
        for token in ("wrong", talk.session["session"], talk.session["token"][:-1]):
            headers = {"authorization": f"Bearer {token}"}
            assert (await http.post("/api/v1/messages", content=b"x", headers=headers)).status_code == 401
            assert (await http.get("/api/v1/events", headers=headers)).status_code == 401


async def test_the_log_has_a_trace_for_each_turn_and_no_word_of_anybody(talk: Talk) -> None:
    await talk.ask(f"/echo {SECRET}")
    await talk.ask(f"{SECRET} in a plain text")
    lines = [json.loads(line) for line in talk.service.log.splitlines()]
    turns = [line for line in lines if line["event"] == "turn"]
    assert len(turns) >= 3
    assert all(len(line["trace_id"]) == 16 and line["conversation"] for line in turns)
    assert all(line["timestamp"] and line["level"] for line in lines)
    assert SECRET not in talk.service.log
    assert talk.session["token"] not in talk.service.log
    assert "Traceback" not in talk.service.log


def test_the_service_still_stops_with_0_and_leaves_nothing(gateway: Service) -> None:
    assert gateway.stop() == 0
