"""Tools, bound answers and the prefix cache of a real vLLM, through our client."""

from __future__ import annotations

import secrets

import aiohttp
import pytest

from botcore.asking.choose import choose
from botcore.engines.base import ChatMessage, ChatRequest, Delta, Tool
from botcore.engines.vllm import VllmEngine
from tests.engine.dialogues import CUES, DIALOGUES, TOOLS
from tests.engines.asking import answer, asking, text_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ORDER_STATUS = [Tool(**one["function"]) for one in TOOLS]
DIALOGUE = DIALOGUES["order-status"]
QUESTION = ChatMessage("user", DIALOGUE.messages[0]["content"])


async def asked(vllm: VllmEngine, *messages: ChatMessage, **options: object) -> Delta:
    request = ChatRequest(messages=messages, temperature=0.0, max_tokens=60, **options)  # type: ignore[arg-type]
    return (await answer(vllm, request))[-1]


async def test_a_tool_is_called_and_its_result_is_told(vllm: VllmEngine) -> None:
    called = await asked(vllm, QUESTION, tools=ORDER_STATUS)
    assert called.finish_reason == "tool_calls"
    [call] = called.tool_calls
    assert (call.name, call.arguments) == ("order_status", '{"number": "1042"}')
    result = ChatMessage("tool", DIALOGUE.messages[2]["content"], tool_call_id=call.id)
    request = ChatRequest(
        messages=[QUESTION, ChatMessage("assistant", "", tool_calls=[call]), result],
        tools=ORDER_STATUS,
        temperature=0.0,
    )
    assert await text_of(vllm, request) == DIALOGUE.reply


@pytest.mark.parametrize(
    ("choice", "reason"), [("auto", "tool_calls"), ("required", "tool_calls"), ("order_status", "stop")]
)
async def test_each_way_to_ask_for_a_tool_gives_the_call(vllm: VllmEngine, choice: str, reason: str) -> None:
    called = await asked(vllm, QUESTION, tools=ORDER_STATUS, tool_choice=choice)
    assert [call.name for call in called.tool_calls] == ["order_status"]
    assert called.finish_reason == reason


async def test_tools_that_may_not_be_used_leave_no_call_in_the_text(vllm: VllmEngine) -> None:
    request = ChatRequest(messages=[QUESTION], tools=ORDER_STATUS, tool_choice="none", temperature=0.0)
    deltas = await answer(vllm, request)
    assert deltas[-1].tool_calls == ()
    assert "tool_call" not in "".join(delta.text for delta in deltas)


async def test_a_choice_binds_the_answer(vllm: VllmEngine) -> None:
    request = asking("Hello", choice=["returns", "payment"], temperature=0.0)
    assert await text_of(vllm, request) in ("returns", "payment")


async def test_the_old_name_of_a_choice_is_ignored(vllm_url: str) -> None:
    """Why the client says `structured_outputs`: with `guided_choice` the model greets."""
    body = {
        "model": "tiny",
        "temperature": 0,
        "messages": [{"role": "user", "content": "Hello"}],
        "guided_choice": ["returns", "payment"],
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{vllm_url}/chat/completions", json=body) as response,
    ):
        told = await response.json()
    assert told["choices"][0]["message"]["content"] == DIALOGUES["greeting"].reply


async def test_the_model_chooses_the_intent_that_it_was_taught(vllm: VllmEngine) -> None:
    dialogue = DIALOGUES["intent-return"]
    messages = [ChatMessage("system", CUES["intent"]), ChatMessage("user", dialogue.messages[0]["content"])]
    options = ["greeting", "human", "payment", "returns"]
    assert await choose(vllm, messages, options) == dialogue.reply == "returns"


async def test_a_schema_binds_the_answer(vllm: VllmEngine) -> None:
    # Of one string, since the tests' model writes white space without end wherever JSON allows it.
    request = asking("Hello", json_schema={"enum": ["open", "closed"]}, temperature=0.0, max_tokens=20)
    assert await text_of(vllm, request) in ('"open"', '"closed"')


async def test_tenants_share_no_prefix(vllm: VllmEngine) -> None:
    system = ChatMessage("system", " ".join(f"Rule {n}." for n in range(60)))
    cached = []
    mine, other = secrets.token_hex(4), secrets.token_hex(4)
    for salt in (mine, mine, other):
        last = await asked(vllm, system, ChatMessage("user", "Hello"), cache_salt=salt)
        assert last.usage is not None
        cached.append(last.usage.cached_tokens)
    assert cached[0] == cached[2] == 0
    assert cached[1] > 100
