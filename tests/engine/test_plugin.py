"""A plugin that asks a real vLLM: a dialogue with a tool, an answer of a type, a choice."""

from __future__ import annotations

from enum import StrEnum

import pytest

from botcore import Context, Plugin, Stream
from botcore.engines.vllm import VllmEngine
from botcore.testing import TestBot
from tests.engine.dialogues import CUES, DIALOGUES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

plugin = Plugin("shop")


class Opened(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@plugin.tool
async def order_status(ctx: Context, number: str) -> dict[str, str]:
    """Status of an order"""
    assert number == "1042"
    return {"status": "sent", "day": "Monday"}


@plugin.fallback
async def ask(ctx: Context) -> Stream:
    return ctx.ask(ctx.text, temperature=0.0)


@plugin.command("opened")
async def opened(ctx: Context) -> str:
    return await ctx.ask_for(Opened, ctx.args, max_tokens=20)


@plugin.command("intent")
async def intent(ctx: Context) -> str | None:
    return await ctx.choose(ctx.args, ["payment", "returns", "human"], system=CUES["intent"])


async def test_the_model_calls_the_plugins_tool_and_tells_what_it_says(vllm: VllmEngine) -> None:
    dialogue = DIALOGUES["order-status"]
    async with TestBot(plugin, engine=vllm) as bot:
        answer = await bot.say(dialogue.messages[0]["content"])
    assert answer == dialogue.reply
    assert "tool order_status" in answer.summary.timings_ms


async def test_an_answer_of_a_type_is_one_of_its_values(vllm: VllmEngine) -> None:
    async with TestBot(plugin, engine=vllm) as bot:
        assert await bot.say("/opened Hello") in list(Opened)


async def test_a_choice_is_the_one_that_the_model_was_taught(vllm: VllmEngine) -> None:
    async with TestBot(plugin, engine=vllm) as bot:
        assert await bot.say("/intent Let me talk to a person.") == "human"
