"""What every real engine promises: vLLM as a server, and in this process (`inside.py` runs this file there)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from botcore.engines.base import ChatMessage, ChatRequest, Engine, Image, Tool
from botcore.errors import EngineRefused
from tests.engine.dialogues import DIALOGUES, Dialogue, reply_to
from tests.engine.kinds import opened
from tests.engine.server import CONTEXT
from tests.engines.asking import answer, text_of

# The first test waits for the model, and perhaps for vLLM's installation. The model lives in one event loop.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="session")]

SPOKEN = [dialogue for dialogue in DIALOGUES.values() if not dialogue.tools]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    async with opened(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


def request_of(dialogue: Dialogue, **options: object) -> ChatRequest:
    messages = [ChatMessage(message["role"], message["content"]) for message in dialogue.prompt]  # type: ignore[arg-type]
    return ChatRequest(messages=messages, temperature=0.0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Hello", "", "\0", "\ud83d", "🤖" * 50])
async def test_it_counts_tokens_and_knows_what_the_model_takes(engine: Engine, text: str) -> None:
    counted = await engine.count_tokens(text)
    assert counted is not None
    assert counted.context == CONTEXT
    assert (counted.tokens > 0) == bool(text)
    assert counted.tokens <= len(text.encode("utf-8", "replace")) * 3


async def test_thirty_answers_at_once_are_each_their_own(engine: Engine) -> None:
    dialogues = SPOKEN[:30]
    texts = await asyncio.gather(*(text_of(engine, request_of(dialogue)) for dialogue in dialogues))
    assert texts == [dialogue.reply for dialogue in dialogues]


async def test_an_answer_is_what_the_model_was_taught_and_ends_with_its_cost(engine: Engine) -> None:
    deltas = await answer(engine, request_of(DIALOGUES["story"]))
    assert "".join(delta.text for delta in deltas) == reply_to("story")
    last = deltas[-1]
    assert last.finish_reason == "stop"
    assert last.usage is not None
    assert last.usage.prompt_tokens > 5
    assert last.usage.completion_tokens > 50
    assert not any(delta.finish_reason or delta.usage for delta in deltas[:-1])


async def test_a_long_answer_comes_in_pieces(engine: Engine) -> None:
    deltas = await answer(engine, request_of(DIALOGUES["story"], min_tokens=900, max_tokens=900))
    assert len([delta for delta in deltas if delta.text]) > 3


async def test_what_was_said_before_is_in_the_prefix_cache(engine: Engine) -> None:
    request = ChatRequest(messages=[ChatMessage("user", "zebra " * 60)], max_tokens=2)
    await answer(engine, request)
    again = (await answer(engine, request))[-1].usage
    salted = ChatRequest(messages=request.messages, max_tokens=2, cache_salt="another tenant")
    stranger = (await answer(engine, salted))[-1].usage
    assert again is not None
    assert stranger is not None
    assert again.cached_tokens > 0.8 * again.prompt_tokens
    assert stranger.cached_tokens == 0


async def test_a_wide_stream_interval_gives_fewer_pieces(engine: Engine) -> None:
    deltas = await answer(engine, request_of(DIALOGUES["story"], stream_interval=16))
    assert "".join(delta.text for delta in deltas) == reply_to("story")
    usage = deltas[-1].usage
    assert usage is not None
    assert len(deltas) <= usage.completion_tokens / 16 + 3


async def test_closing_an_answer_makes_room_for_the_next(engine: Engine) -> None:
    """All 64 places are taken by answers of 900 tokens; closed, they let a short one in."""
    streams = [
        engine.stream(request_of(DIALOGUES["story"], min_tokens=900, max_tokens=900)) for _ in range(64)
    ]
    await asyncio.gather(*(anext(stream) for stream in streams))
    await asyncio.gather(*(stream.aclose() for stream in streams))
    assert await text_of(engine, request_of(DIALOGUES["hi"], max_tokens=2))


async def test_stop_words_and_the_limit_of_tokens_end_the_answer(engine: Engine) -> None:
    assert await text_of(engine, request_of(DIALOGUES["count"], stop=["four"])) == "One, two, three, "
    cut = await answer(engine, request_of(DIALOGUES["count"], max_tokens=3))
    assert cut[-1].finish_reason == "length"


async def test_the_same_seed_gives_the_same_answer(engine: Engine) -> None:
    def drawn(seed: int) -> ChatRequest:
        return ChatRequest(messages=[ChatMessage("user", "zebra")], temperature=2.0, seed=seed, max_tokens=30)

    texts = [await text_of(engine, drawn(seed)) for seed in range(5)]
    assert [await text_of(engine, drawn(seed)) for seed in range(5)] == texts
    assert len(set(texts)) > 1


async def test_a_choice_binds_the_answer(engine: Engine) -> None:
    options = ["returns", "payment"]
    request = ChatRequest(messages=[ChatMessage("user", "Hello")], temperature=0.0, choice=options)
    assert await text_of(engine, request) in options


async def test_a_schema_binds_the_answer(engine: Engine) -> None:
    # Free of places where a small model may put blanks for ever.
    schema = {"enum": ["returns", "payment"]}
    request = ChatRequest(messages=[ChatMessage("user", "Hello")], temperature=0.0, json_schema=schema)
    assert json.loads(await text_of(engine, request)) in schema["enum"]


async def test_a_tool_is_called_and_its_result_is_told(engine: Engine) -> None:
    dialogue = DIALOGUES["order-status"]
    parameters = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}
    tool = Tool("order_status", "Where an order is.", parameters)
    asked = ChatMessage("user", dialogue.messages[0]["content"])
    last = (await answer(engine, ChatRequest(messages=[asked], temperature=0.0, tools=[tool])))[-1]
    assert [(call.name, call.arguments) for call in last.tool_calls] == [
        ("order_status", '{"number": "1042"}')
    ]
    messages = [
        asked,
        ChatMessage("assistant", "", tool_calls=last.tool_calls),
        ChatMessage("tool", dialogue.messages[2]["content"], tool_call_id=last.tool_calls[0].id),
    ]
    told = ChatRequest(messages=messages, temperature=0.0, tools=[tool])
    assert await text_of(engine, told) == dialogue.reply


async def test_an_unknown_model_is_refused_by_the_names_there_are(engine: Engine) -> None:
    with pytest.raises(EngineRefused, match=r"no model 'gpt-9', but '.*': set engine\.model"):
        await answer(engine, ChatRequest(messages=[ChatMessage("user", "Hello")], model="gpt-9"))


async def test_a_prompt_that_is_too_long_is_refused_with_the_limit(engine: Engine) -> None:
    with pytest.raises(EngineRefused, match=r"too long for the model.*1024 tokens.*/reset"):
        await answer(engine, ChatRequest(messages=[ChatMessage("user", "word " * 5000)]))
    with pytest.raises(EngineRefused, match="too long for any model"):
        await answer(engine, ChatRequest(messages=[ChatMessage("user", "x" * 10_000_000)]))


async def test_a_refused_setting_is_told_in_vllms_words(engine: Engine) -> None:
    with pytest.raises(EngineRefused, match="temperature"):
        await answer(engine, ChatRequest(messages=[ChatMessage("user", "Hello")], temperature=-1.0))


async def test_a_picture_is_refused_by_a_model_that_does_not_see(engine: Engine) -> None:
    message = ChatMessage("user", "What is this?", images=[Image("image/png", b"\x89PNG")])
    with pytest.raises(EngineRefused):
        await answer(engine, ChatRequest(messages=[message]))


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "\u202eabc", "🤖" * 50])
async def test_odd_texts_get_an_answer(engine: Engine, text: str) -> None:
    last = (await answer(engine, ChatRequest(messages=[ChatMessage("user", text)], max_tokens=5)))[-1]
    assert last.finish_reason in ("stop", "length")


async def test_an_urgent_request_overtakes_those_that_wait(engine: Engine) -> None:
    """64 run at once; the urgent one must start in the second round, though it came last of 200."""
    began = asyncio.Event()
    done = 0

    async def background() -> None:
        nonlocal done
        async for _ in engine.stream(request_of(DIALOGUES["story"], priority=10, max_tokens=100)):
            began.set()
        done += 1

    crowd = [asyncio.create_task(background()) for _ in range(200)]
    await began.wait()
    await text_of(engine, request_of(DIALOGUES["hi"], priority=0, max_tokens=2))
    assert done < 128
    await asyncio.gather(*crowd)


async def test_the_engine_is_in_health(engine: Engine) -> None:
    assert await engine.health() == ""
