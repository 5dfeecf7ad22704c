"""What every engine promises, alone or as one of several replicas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from botcore.engines.base import ChatMessage, ChatRequest, Delta, Engine, Usage
from botcore.engines.connect import connect
from botcore.engines.deadlines import Deadlines
from botcore.errors import EngineRefused, EngineTimeout, EngineUnavailable
from botcore.testing.fake_engine import (
    CallTool,
    End,
    FakeEngine,
    Finish,
    Hang,
    Pause,
    Raw,
    Repeat,
    Reset,
    Say,
    Status,
    Step,
    Think,
    Until,
)
from tests.engines.asking import answer, asking, broken_answer, text_of

Build = Callable[..., Engine]


@pytest.fixture(params=["alone", "replicated"])
async def build(request: pytest.FixtureRequest, server: FakeEngine) -> AsyncIterator[Build]:
    engines: list[Engine] = []

    def engine(**options: object) -> Engine:
        # The same server twice, under two names, so that a script meets one server whichever replica is asked.
        urls = [server.url] if request.param == "alone" else [server.url, f"{server.url}/"]
        engines.append(connect(urls, **options))  # type: ignore[arg-type]
        return engines[-1]

    yield engine
    for built in engines:
        await built.aclose()
        await built.aclose()


async def test_an_answer_comes_piece_by_piece_with_its_end_and_its_cost(
    build: Build, server: FakeEngine
) -> None:
    onward = asyncio.Event()
    server.script(Say("Good"), Until(onward), Say(" day"))
    stream = build().stream(asking())
    assert await anext(stream) == Delta("Good")
    onward.set()
    assert [delta async for delta in stream] == [
        Delta(" day"),
        Delta(finish_reason="stop", usage=Usage(1, 2)),
    ]


async def test_the_server_is_told_what_was_asked_and_nothing_else(build: Build, server: FakeEngine) -> None:
    messages = [ChatMessage("system", "Be brief."), ChatMessage("user", "Hi 👋")]
    request = ChatRequest(
        messages=messages,
        model="fake",
        max_tokens=7,
        temperature=0.0,
        stop=["\n"],
        seed=1,
        request_id="turn/1",
    )
    await answer(build(), request)
    sent = server.requests[0]
    assert sent.body == {
        "model": "fake",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi 👋"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 7,
        "temperature": 0.0,
        "stop": ["\n"],
        "seed": 1,
    }
    assert sent.headers["X-Request-Id"] == "turn-1"


async def test_a_priority_goes_only_to_a_server_that_schedules_by_it(
    build: Build, server: FakeEngine
) -> None:
    await answer(build(), asking(priority=5))
    await answer(build(priority_scheduling=True), asking(priority=5))
    assert [request.body.get("priority") for request in server.requests] == [None, 5]


async def test_the_only_model_of_a_server_needs_no_name(build: Build, server: FakeEngine) -> None:
    server.models[:] = ["qwen"]
    await answer(build())
    assert server.requests[0].body["model"] == "qwen"


async def test_closing_the_answer_ends_it_on_the_server(build: Build, server: FakeEngine) -> None:
    server.script(Repeat("on and "))
    stream = build().stream(asking())
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(2):
        await server.requests[0].disconnected.wait()


async def test_cancelling_the_task_ends_the_answer_on_the_server(build: Build, server: FakeEngine) -> None:
    server.script(Hang())
    task = asyncio.create_task(text_of(build()))
    request = await server.request()
    task.cancel()
    async with asyncio.timeout(2):
        await request.disconnected.wait()
    assert task.cancelled()


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
async def test_thoughts_are_no_part_of_the_answer(build: Build, server: FakeEngine, name: str) -> None:
    server.script(Think("They greet me.", name), Say("<thi"), Say("nk>So do I.</think>Hel"), Say("lo"))  # type: ignore[arg-type]
    assert await text_of(build()) == "Hello"


async def test_a_cut_answer_says_so(build: Build, server: FakeEngine) -> None:
    server.script(Say("Once upon a"), Finish("length"))
    assert (await answer(build()))[-1].finish_reason == "length"


@pytest.mark.parametrize(
    "ending",
    [
        (End(),),
        (Reset(),),
        (CallTool("weather", '{"ci'), Reset()),
        (Raw(b"data: {nonsense\n\n"), Finish()),
        (Raw(b"data: " + b"[" * 100_000 + b"\n\n"), Finish()),
        (Raw(b"data: " + b"x" * 1_100_000), Finish()),
        (Raw(b'data: {"error": {"message": "cannot schedule new futures", "code": 500}}\n\n'), Finish()),
        (Finish("abort"),),
    ],
    ids=["end", "reset", "half a tool call", "nonsense", "deep", "endless event", "told error", "aborted"],
)
async def test_an_answer_that_breaks_off_keeps_what_came(
    build: Build, server: FakeEngine, ending: tuple[Step, ...]
) -> None:
    onward = asyncio.Event()
    server.script(Say("Hel"), Until(onward), *ending)
    text = ""
    with pytest.raises(EngineUnavailable, match="broke off"):  # noqa: PT012
        async for delta in build().stream(asking()):
            text += delta.text
            onward.set()
    assert text == "Hel"
    assert len(server.requests) == 1


async def test_bytes_that_are_no_text_become_a_mark(build: Build, server: FakeEngine) -> None:
    server.script(Raw(b'data: {"choices": [{"delta": {"content": "caf\xe9"}}]}\n\n'), Say("!"))
    assert await text_of(build()) == "caf\ufffd!"


async def test_a_server_that_ends_without_done_but_with_a_reason_is_believed(
    build: Build, server: FakeEngine
) -> None:
    server.script(
        Raw(b'data: {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\n'), End()
    )
    assert await answer(build()) == [Delta("Hi"), Delta(finish_reason="stop")]


async def test_comments_keep_no_deadline_away(build: Build, server: FakeEngine) -> None:
    server.script(
        Say("Hel"),
        Raw(b": ping\n\n"),
        Pause(0.05),
        Raw(b": ping\n\n"),
        Pause(0.05),
        Raw(b": ping\n\n"),
        Hang(),
    )
    await server_timeout(build(deadlines=Deadlines(between_chunks=0.1)), "go on")


async def test_an_answer_that_does_not_begin_is_given_up(build: Build, server: FakeEngine) -> None:
    for _ in range(3):
        server.script(Raw(b": ping\n\n"), Hang())
    text, error = await broken_answer(build(deadlines=Deadlines(first_token=0.1)))
    assert text == ""
    assert "did not begin its answer within 0.1 s" in str(error)


async def test_an_answer_that_stops_coming_is_given_up(build: Build, server: FakeEngine) -> None:
    server.script(Say("Hel"), Hang())
    assert await server_timeout(build(deadlines=Deadlines(between_chunks=0.1)), "go on") == "Hel"


async def test_an_answer_that_never_ends_is_given_up(build: Build, server: FakeEngine) -> None:
    server.script(Repeat("on and "))
    text = await server_timeout(build(deadlines=Deadlines(total=0.2)), "finish")
    assert text.startswith("on and on and ")
    async with asyncio.timeout(2):
        await server.requests[0].disconnected.wait()


async def server_timeout(engine: Engine, words: str) -> str:
    text, error = await broken_answer(engine)
    assert isinstance(error, EngineTimeout)
    assert words in str(error)
    return text


async def test_time_that_the_reader_takes_is_not_the_servers(build: Build, server: FakeEngine) -> None:
    onward = asyncio.Event()
    server.script(Say("Hel"), Until(onward), Say("lo"))
    stream = build(deadlines=Deadlines(between_chunks=0.1)).stream(asking())
    await anext(stream)
    await asyncio.sleep(0.2)
    onward.set()
    assert "".join([delta.text async for delta in stream]) == "lo"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(400, "This model's maximum context length is 1024 tokens"), "too long .*1024 tokens.*/reset"),
        (Status(400, "temperature must be at most 2"), "temperature must be at most 2"),
        (Status(401), "engine.api_key"),
        (Status(413), "too long"),
        (Status(307), "redirect"),
    ],
)
async def test_a_no_of_the_server_is_passed_on_with_the_remedy(
    build: Build, server: FakeEngine, status: Status, words: str
) -> None:
    server.script(status)
    with pytest.raises(EngineRefused, match=words):
        await answer(build())
    assert len(server.requests) == 1


async def test_an_unknown_model_is_refused_with_the_names_of_those_there_are(
    build: Build, server: FakeEngine
) -> None:
    server.models[:] = ["qwen", "llama"]
    with pytest.raises(EngineRefused, match=r"no model 'gpt', but 'qwen', 'llama': set engine\.model"):
        await answer(build(model="gpt"))


async def test_several_models_and_no_name_are_refused(build: Build, server: FakeEngine) -> None:
    server.models[:] = ["qwen", "llama"]
    with pytest.raises(EngineRefused, match=r"offers 'qwen', 'llama': set engine\.model"):
        await answer(build())


@pytest.mark.parametrize(
    "status", [Status(500, "cannot schedule new futures after shutdown"), Status(503), Status(429)]
)
async def test_a_server_that_takes_no_requests_is_unavailable(
    build: Build, server: FakeEngine, status: Status
) -> None:
    for _ in range(3):
        server.script(status)
    with pytest.raises(EngineUnavailable, match=status.message or str(status.code)):
        await answer(build())


async def test_a_server_that_is_not_there_is_unavailable(build: Build, server: FakeEngine) -> None:
    await server.stop()
    engine = build()
    with pytest.raises(EngineUnavailable, match=r"No engine answers at http://127.*engine\.urls"):
        await answer(engine)
    assert "No engine answers" in await engine.health()


async def test_a_wrong_key_is_refused(build: Build) -> None:
    async with FakeEngine(api_key="right") as locked:
        engine = connect([locked.url], api_key="wrong")
        assert engine is not None
        with pytest.raises(EngineRefused, match=r"engine\.api_key"):
            await answer(engine)
        assert "engine.api_key" in await engine.health()
        await engine.aclose()


async def test_an_engine_that_answers_is_in_health(build: Build) -> None:
    assert await build().health() == ""


async def test_health_names_a_model_that_is_not_served(build: Build) -> None:
    assert "no model 'gpt', but 'fake'" in await build(model="gpt").health()


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud83d", "\u202eabc", "🤖" * 1000, "x" * 2_000_000], ids=lambda text: ascii(text)[:12]
)
async def test_any_text_reaches_the_server(build: Build, server: FakeEngine, text: str) -> None:
    server.script(Say("ok"))
    assert await text_of(build(), asking(text)) == "ok"
    assert server.requests[0].messages[0].content == text.replace("\ud83d", "\ufffd")


async def test_a_prompt_of_ten_megabytes_is_refused_before_it_is_sent(
    build: Build, server: FakeEngine
) -> None:
    with pytest.raises(EngineRefused, match="too long for any model"):
        await answer(build(), asking("x" * 10_000_000))
    assert server.requests == []


async def test_two_hundred_answers_at_once_stay_apart(build: Build) -> None:
    engine = build()
    texts = await asyncio.gather(
        *(text_of(engine, asking(f"number {n}", affinity=f"web:{n}")) for n in range(200))
    )
    assert texts == [f"You said: number {n}" for n in range(200)]
