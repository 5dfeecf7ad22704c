"""How much of each prompt a real vLLM finds in its prefix cache, over dialogues that grow past what the model takes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator

import pytest

from botcore import Context, Plugin, Stream
from botcore.engines.base import ChatRequest, Counted, Delta, Engine, Usage
from botcore.engines.vllm import VllmEngine
from botcore.testing import TestBot
from tests.engine.dialogues import DIALOGUES
from tests.engine.server import CONTEXT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# New for each run, so that no earlier one has warmed the cache.
INSTRUCTIONS = f"You serve shop {secrets.token_hex(4)} in Lindhaven. " + " ".join(
    f"Rule {n}: be brief, and kind." for n in range(1, 16)
)
QUESTIONS = [
    DIALOGUES[name].messages[0]["content"]
    for name in (
        "greeting",
        "returns",
        "thanks",
        "return-cost",
        "warranty",
        "payment",
        "opening-hours",
        "joke",
        "who",
    )
]

plugin = Plugin("shop")


@plugin.fallback
async def ask(ctx: Context) -> Stream:
    return ctx.ask(ctx.text, system=INSTRUCTIONS, temperature=0.0, max_tokens=80)


class Watched(Engine):
    """Keeps the cost of each answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.usage: list[Usage] = []

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        async for delta in self._engine.stream(request):
            if delta.usage:
                self.usage.append(delta.usage)
            yield delta

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        return await self._engine.count_tokens(text, model=model)

    async def health(self) -> str:
        return await self._engine.health()


@pytest.mark.parametrize(
    ("turns", "share"),
    [(9, 0.8), (60, 0.75)],
    ids=["a short dialogue", "one that outgrows the model and the store"],
)
async def test_most_of_the_prompts_is_in_the_prefix_cache_from_the_third_turn_on(
    vllm: VllmEngine, turns: int, share: float
) -> None:
    engine = Watched(vllm)
    async with TestBot(plugin, engine=engine) as bot:
        for turn in range(turns):
            await bot.say(f"{QUESTIONS[turn % len(QUESTIONS)]} ({turns}/{turn})")
    assert len(engine.usage) >= turns
    assert all(one.prompt_tokens + one.completion_tokens <= CONTEXT for one in engine.usage)
    later = engine.usage[2:]
    hits, tokens = sum(one.cached_tokens for one in later), sum(one.prompt_tokens for one in later)
    print(f"{turns} turns: {hits} of {tokens} tokens of the prompts were cached, {100 * hits / tokens:.1f} %")
    # Where a thousand tokens are all there is, the beginning has to move every six turns or so: 81 to 85 % were seen.
    assert hits >= share * tokens
