"""Tokens are counted by the engine, and estimated by what it has counted."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from botcore.asking.history import estimate_tokens
from botcore.asking.prompt import Prompts
from botcore.asking.tokens import TokenCounter
from botcore.engines.base import ChatMessage, ChatRequest, Counted, Delta, Engine
from botcore.engines.vllm import VllmEngine
from botcore.testing.fake_engine import FakeEngine

ENGLISH = [
    f"You have {n} days from the day the parcel reaches you, and the label lies in it." for n in range(9)
]
CHINESE = [f"自包裹送达之日起 {n} 天内可以退货，退货标签在包裹里。" for n in range(9)]


class Doubling(Engine):
    """Its tokenizer makes twice the tokens of the estimate for Chinese, and half of them for everything else."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        raise AssertionError("nobody asks")

    async def health(self) -> str:
        return ""

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        self.asked.append(text)
        factor = 2.0 if "自" in text else 0.5
        return None if self.away else Counted(round(estimate_tokens(text) * factor), 4096)


async def test_the_engine_counts_each_text_once(engine: VllmEngine) -> None:
    counter = TokenCounter()
    await counter.learn(engine, ["Hello, world!", "Hello, world!", ""])
    assert counter("Hello, world!") == 4
    assert counter.context == 4096


@pytest.mark.parametrize(("texts", "factor"), [(ENGLISH, 0.5), (CHINESE, 2.0)], ids=["English", "Chinese"])
async def test_a_few_counts_bring_the_estimate_within_5_percent(texts: list[str], factor: float) -> None:
    counter, engine = TokenCounter(), Doubling()
    await counter.learn(engine, [ENGLISH[0], CHINESE[0], *texts[1:4]])
    for text in texts[4:]:
        assert counter(text) == pytest.approx(factor * estimate_tokens(text), rel=0.05, abs=1)
    assert not set(texts[4:]) & set(engine.asked)


async def test_what_was_counted_is_not_asked_for_again() -> None:
    counter, engine = TokenCounter(), Doubling()
    for _ in range(3):
        await counter.learn(engine, ENGLISH)
    assert engine.asked == ENGLISH


async def test_an_engine_that_can_not_count_is_left_alone_after_a_while() -> None:
    counter, engine = TokenCounter(), Doubling()
    engine.away = True
    for text in ENGLISH:
        await counter.learn(engine, [text])
    assert len(engine.asked) == 5
    assert counter(ENGLISH[0]) == estimate_tokens(ENGLISH[0])


async def test_an_engine_that_was_away_counts_again_some_minutes_later() -> None:
    now = 0.0
    counter, engine = TokenCounter(lambda: now), Doubling()
    engine.away = True
    for text in ENGLISH:
        await counter.learn(engine, [text])
    engine.away = False
    await counter.learn(engine, ENGLISH)
    assert not counter.context
    now = 301.0
    await counter.learn(engine, ENGLISH)
    assert counter.context == 4096


async def test_a_server_without_tokenize_counts_nothing(server: FakeEngine) -> None:
    engine = VllmEngine(f"{server.url}/nowhere")
    assert await engine.count_tokens("Hello") is None
    await engine.aclose()


@pytest.mark.parametrize(("by_edits", "interval"), [(True, 8), (False, None)])
async def test_an_answer_that_is_shown_by_edits_comes_in_larger_pieces(
    engine: VllmEngine, by_edits: bool, interval: int | None
) -> None:
    request = ChatRequest(messages=[ChatMessage("user", "Hello")])
    assert (await Prompts().fitted(engine, request, by_edits=by_edits)).stream_interval == interval


async def test_a_server_that_is_no_vllm_is_told_nothing_of_pieces() -> None:
    engine = Doubling()
    engine.away = True
    request = ChatRequest(messages=[ChatMessage("user", "Hello")])
    assert (await Prompts().fitted(engine, request, by_edits=True)).stream_interval is None
