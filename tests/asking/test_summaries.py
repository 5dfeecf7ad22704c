"""Long dialogues are summed up behind the person's turns, and what was not said is no fact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import orjson
import pytest

from botcore import Context, Plugin, Stream
from botcore.asking.summaries import PRIORITY
from botcore.engines.vllm import VllmEngine
from botcore.testing import TestBot
from botcore.testing.fake_engine import FakeEngine, FakeRequest

plugin = Plugin("talk")
TOLD = {"text": "Ada likes tea. She paid 99 euros.", "facts": ["name is Ada", "likes coffee"]}


@plugin.fallback
async def ask(ctx: Context) -> Stream:
    return ctx.ask(ctx.text, system="Be brief.")


@plugin.command("forget")
async def forget(ctx: Context) -> str:
    ctx.forget()
    return "Done."


def is_summary(request: FakeRequest) -> bool:
    return "response_format" in request.body


@pytest.fixture
async def engine(server: FakeEngine) -> AsyncIterator[VllmEngine]:
    engine = VllmEngine(server.url, priority_scheduling=True)
    yield engine
    await engine.aclose()


async def long_dialogue(bot: TestBot, server: FakeEngine) -> FakeRequest:
    """Talks until a summary has been asked for, and lets the model give TOLD."""
    for turn in range(60):
        await bot.say(f"Turn {turn}: my name is Ada, I like tea")
        await bot.prompts.summaries.settled()
        if asked := [request for request in server.requests if is_summary(request)]:
            return asked[0]
    raise AssertionError("no summary was asked for")


@pytest.fixture
def summing(server: FakeEngine) -> FakeEngine:
    """Answers every request for a summary by TOLD."""
    server._reply = lambda messages: (
        orjson.dumps(TOLD).decode() if "Sum up the dialogue" in messages[0].content else "Yes."
    )
    return server


async def test_the_older_half_is_summed_up_behind_all_others(engine: VllmEngine, summing: FakeEngine) -> None:
    async with TestBot(plugin, engine=engine) as bot:
        asked = await long_dialogue(bot, summing)
        before = summing.requests[-1]
        await bot.say("And now?")
        after = summing.requests[-1]
    assert asked.body["priority"] == PRIORITY
    assert "Turn 0: my name is Ada" in asked.messages[-1].content
    instructions = after.messages[0].content
    assert instructions.startswith("Be brief.\n\n<earlier>")
    assert "Ada likes tea." in instructions
    assert "- name is Ada" in instructions
    assert "99" not in instructions, "nobody said that"
    assert "coffee" not in instructions, "nobody said that"
    assert len(after.messages) < len(before.messages) + 20
    assert "Turn 0" not in str(after.body["messages"])
    assert after.messages[-1].content == "And now?"


async def test_the_prompts_after_a_summary_grow_at_their_end(engine: VllmEngine, summing: FakeEngine) -> None:
    async with TestBot(plugin, engine=engine) as bot:
        await long_dialogue(bot, summing)
        prompts = []
        for n in range(4):
            await bot.say(f"More {n}")
            prompts.append(summing.requests[-1].messages)
    for earlier, later in pairwise(prompts):
        assert later[: len(earlier)] == earlier


async def test_a_dialogue_that_was_forgotten_is_not_remembered_by_a_summary(
    engine: VllmEngine, summing: FakeEngine
) -> None:
    async with TestBot(plugin, engine=engine) as bot:
        await long_dialogue(bot, summing)
        await bot.say("/forget")
        await bot.say("Who am I?")
    assert "Ada" not in str(summing.requests[-1].body)


async def test_a_model_that_can_not_sum_up_is_not_asked_again_at_once(
    engine: VllmEngine, server: FakeEngine
) -> None:
    async with TestBot(plugin, engine=engine) as bot:
        await long_dialogue(bot, server)
        for n in range(5):
            assert await bot.say(f"More {n}")
            await bot.prompts.summaries.settled()
    assert sum(map(is_summary, server.requests)) == 2, "one, and one to mend it"
