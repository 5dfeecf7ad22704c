"""What every engine promises of tools, bound answers, pictures, thoughts and the prefix cache."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest

from botcore.engines.base import ChatMessage, ChatRequest, Counted, Delta, Engine, Image, Tool, ToolCall
from botcore.engines.connect import connect
from botcore.engines.tool_calls import MAX_ARGUMENTS, MAX_CALLS
from botcore.errors import EngineUnavailable
from botcore.testing.fake_engine import CallTool, FakeEngine, Raw, Say, Think
from tests.engines.asking import answer, asking

WEATHER = Tool(
    "weather", "The weather in a city.", {"type": "object", "properties": {"city": {"type": "string"}}}
)


@pytest.fixture(params=["alone", "replicated"])
async def engine(request: pytest.FixtureRequest, server: FakeEngine) -> AsyncIterator[Engine]:
    urls = [server.url] if request.param == "alone" else [server.url, f"{server.url}/"]
    engine = connect(urls)
    assert engine is not None
    yield engine
    await engine.aclose()


async def test_a_tool_call_comes_whole_at_the_end(engine: Engine, server: FakeEngine) -> None:
    server.script(CallTool("weather", '{"ci'), CallTool(arguments='ty": "'), CallTool(arguments='Rome"}'))
    deltas = await answer(engine, asking(tools=[WEATHER]))
    assert deltas[-1].tool_calls == (ToolCall("call-1", "weather", '{"city": "Rome"}'),)
    assert deltas[-1].finish_reason == "tool_calls"
    assert [delta.text for delta in deltas[:-1]] == []


async def test_parallel_tool_calls_are_kept_apart_by_their_index(engine: Engine, server: FakeEngine) -> None:
    server.script(
        Say("Let me see. "),
        CallTool("weather", '{"city": ', index=0),
        CallTool("time", '{"city": ', index=1),
        CallTool(arguments='"Rome"}', index=0),
        CallTool(arguments='"Oslo"}', index=1),
    )
    deltas = await answer(engine, asking(tools=[WEATHER]))
    assert deltas[0] == Delta("Let me see. ")
    assert deltas[-1].tool_calls == (
        ToolCall("call-1", "weather", '{"city": "Rome"}'),
        ToolCall("call-2", "time", '{"city": "Oslo"}'),
    )


async def test_a_named_tool_is_heard_though_the_reason_to_finish_is_stop(
    engine: Engine, server: FakeEngine
) -> None:
    call = b'{"index": 0, "id": "c", "function": {"name": "weather", "arguments": "{}"}}'
    server.script(
        Raw(b'data: {"choices": [{"delta": {"tool_calls": [' + call + b"]}}]}\n\n"),
        Raw(b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'),
    )
    last = (await answer(engine, asking(tools=[WEATHER], tool_choice="weather")))[-1]
    assert (last.finish_reason, last.tool_calls) == ("stop", (ToolCall("c", "weather", "{}"),))
    assert server.requests[0].body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}


async def test_a_server_without_indexes_begins_a_call_with_each_name(
    engine: Engine, server: FakeEngine
) -> None:
    pieces = (
        b'{"function": {"name": "a", "arguments": "{"}}',
        b'{"function": {"arguments": "}"}}',
        b'{"function": {"name": "b", "arguments": "{}"}}',
    )
    server.script(
        *(Raw(b'data: {"choices": [{"delta": {"tool_calls": [' + piece + b"]}}]}\n\n") for piece in pieces)
    )
    assert (await answer(engine))[-1].tool_calls == (
        ToolCall("call-0", "a", "{}"),
        ToolCall("call-1", "b", "{}"),
    )


@pytest.mark.parametrize(
    "steps",
    [
        [
            CallTool("weather", "x" * 300_000),
            *[CallTool(arguments="x" * 300_000)] * (MAX_ARGUMENTS // 300_000),
        ],
        [CallTool("weather", "{}", index=n) for n in range(MAX_CALLS + 1)],
    ],
    ids=["arguments without end", "calls without end"],
)
async def test_a_model_that_calls_without_end_is_cut_off(
    engine: Engine, server: FakeEngine, steps: list[CallTool]
) -> None:
    server.script(Say("Well. "), *steps)
    with pytest.raises(EngineUnavailable, match="broke off"):
        await answer(engine)


async def test_tools_and_what_they_said_go_out_in_the_words_of_the_api(
    engine: Engine, server: FakeEngine
) -> None:
    messages = [
        ChatMessage("user", "Rome?"),
        ChatMessage("assistant", "", tool_calls=(ToolCall("c1", "weather", '{"city": "Rome"}'),)),
        ChatMessage("tool", "sunny", tool_call_id="c1"),
    ]
    await answer(engine, ChatRequest(messages=messages, tools=[WEATHER], tool_choice="auto"))
    body = server.requests[0].body
    function = {"name": "weather", "description": WEATHER.description, "parameters": WEATHER.parameters}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert body["tool_choice"] == "auto"
    called = {
        "id": "c1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
    }
    assert body["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "content": "sunny", "tool_call_id": "c1"},
    ]
    assert server.requests[0].messages == messages


async def test_tools_that_may_not_be_used_are_not_told_of(engine: Engine, server: FakeEngine) -> None:
    await answer(engine, asking(tools=[WEATHER], tool_choice="none"))
    assert not {"tools", "tool_choice"} & set(server.requests[0].body)


async def test_bounds_of_the_answer_and_the_salt_of_the_cache_go_out(
    engine: Engine, server: FakeEngine
) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    await answer(engine, asking(json_schema=schema, choice=["yes", "no"], cache_salt="tenant", min_tokens=3))
    body = server.requests[0].body
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["response_format"]["type"] == "json_schema"
    assert body["structured_outputs"] == {"choice": ["yes", "no"]}
    assert (body["cache_salt"], body["min_tokens"]) == ("tenant", 3)


async def test_a_picture_goes_out_beside_the_text(engine: Engine, server: FakeEngine) -> None:
    picture = Image("image/png", b"\x89PNG...")
    await answer(engine, ChatRequest(messages=[ChatMessage("user", "What is it?", images=[picture])]))
    url = f"data:image/png;base64,{base64.b64encode(picture.data).decode()}"
    assert server.requests[0].body["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
async def test_thoughts_are_told_apart_from_the_answer(engine: Engine, server: FakeEngine, name: str) -> None:
    server.script(Think("They greet me.", name), Say("<thi"), Say("nk> So do I.</think>Hel"), Say("lo <th"))  # type: ignore[arg-type]
    deltas = await answer(engine)
    assert "".join(delta.text for delta in deltas) == "Hello <th"
    assert "".join(delta.reasoning for delta in deltas) == "They greet me. So do I."


async def test_what_the_prefix_cache_had_is_counted_for_each_salt_by_itself(
    engine: Engine, server: FakeEngine
) -> None:
    first = [ChatMessage("user", "one two three")]
    grown = [*first, ChatMessage("assistant", "four"), ChatMessage("user", "five")]
    cached = []
    for messages, salt in ((first, "a"), (grown, "a"), (grown, "b"), (grown, "a")):
        last = (await answer(engine, ChatRequest(messages=messages, cache_salt=salt)))[-1]
        assert last.usage is not None
        cached.append(last.usage.cached_tokens)
    assert cached == [0, 3, 0, 4]


async def test_tokens_are_counted_where_the_server_can(engine: Engine, server: FakeEngine) -> None:
    assert await engine.count_tokens("Hello, world!") == Counted(4, 4096)
    await server.stop()
    assert await engine.count_tokens("Hello, world!") is None
