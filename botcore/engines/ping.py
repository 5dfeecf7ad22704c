"""How quick an engine is, by a handful of requests."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time

import msgspec

from botcore.engines.base import ChatMessage, ChatRequest, Engine, Usage
from botcore.errors import EngineError

ROUNDS = 3
ANSWERS = 8
TOKENS = 64
"""Per answer; the model may end sooner on servers that know no lower bound."""
_INSTRUCTIONS = (
    "You help the visitors of a small shop. You answer in one or two plain sentences. You name the document on which "
    "your answer rests. Where the documents say nothing, you say so and offer to ask a colleague. "
) * 3


class Pong(msgspec.Struct, frozen=True, kw_only=True):
    """What one server showed. `None` is what it does not tell."""

    url: str
    problem: str = ""
    """Why nothing was measured."""
    first_token_ms: float | None = None
    """Median, with a prompt that its cache can't know."""
    warm_first_token_ms: float | None = None
    """Median, with a prompt of which it has just answered all but the last sentence."""
    tokens_per_second: float | None = None
    """Of one answer alone, after its first token."""
    tokens_per_second_of_eight: float | None = None
    """Of eight at once, from their start to the last one's end."""
    prefix_hits: float | None = None
    """Percent of the known prompts' tokens that its cache had."""


class _Answer(msgspec.Struct, frozen=True):
    first_token_s: float
    rest_s: float
    usage: Usage


async def ping(engine: Engine, url: str) -> Pong:
    """Never raises EngineError: it is told as `problem`."""
    try:
        return await _measured(engine, url)
    except EngineError as error:
        return Pong(url=url, problem=str(error))


async def _measured(engine: Engine, url: str) -> Pong:
    await _ask(engine, "warm up", tokens=1)  # a connection, and what a server compiles at its first request
    new, known = [], []
    hits = asked = 0
    for _ in range(ROUNDS):
        prefix = secrets.token_hex(8) + _INSTRUCTIONS
        new.append(await _ask(engine, f"{prefix} What are your opening hours?"))
        before = await engine.load()
        known.append(await _ask(engine, f"{prefix} How long do I have to return something?"))
        after = await engine.load()
        asked += known[-1].usage.prompt_tokens
        counted = after.prefix_hits - before.prefix_hits if before and after else 0
        hits += min(known[-1].usage.cached_tokens or counted, known[-1].usage.prompt_tokens)
    together = time.perf_counter()
    eight = await asyncio.gather(*(_ask(engine, f"Tell me about the number {n}.") for n in range(ANSWERS)))
    together = time.perf_counter() - together
    tells = before is not None or any(one.usage.cached_tokens for one in known)
    return Pong(
        url=url,
        first_token_ms=statistics.median(one.first_token_s for one in new) * 1000,
        warm_first_token_ms=statistics.median(one.first_token_s for one in known) * 1000,
        tokens_per_second=_rate([*new, *known]),
        tokens_per_second_of_eight=sum(one.usage.completion_tokens for one in eight) / together,
        prefix_hits=100 * hits / asked if tells and asked else None,
    )


def _rate(answers: list[_Answer]) -> float | None:
    rates = [
        (one.usage.completion_tokens - 1) / one.rest_s
        for one in answers
        if one.rest_s > 0 and one.usage.completion_tokens > 1
    ]
    return statistics.median(rates) if rates else None


async def _ask(engine: Engine, prompt: str, *, tokens: int = TOKENS) -> _Answer:
    request = ChatRequest(
        messages=[ChatMessage("user", prompt)], max_tokens=tokens, temperature=0.0, priority=0
    )
    began = time.perf_counter()
    first, pieces, usage = 0.0, 0, None
    async for delta in engine.stream(request):
        if delta.text or delta.reasoning:
            first = first or time.perf_counter() - began
            pieces += 1
        usage = delta.usage or usage
    took = time.perf_counter() - began
    return _Answer(first or took, took - (first or took), usage or Usage(completion_tokens=pieces))
