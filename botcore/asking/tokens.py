"""Counts tokens: by the engine where it has counted, else by an estimate that learns from what the engine counted."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from botcore.asking.history import estimate_tokens
from botcore.engines.base import Engine

REMEMBERED = 20_000
"""Texts whose count is kept, by their hash: a few megabytes, and no text."""
_AT_ONCE = 8
_PATIENCE = 5
"""Times in a row that an engine may not count, before it is left alone."""
_LEFT_ALONE = 300.0
"""Seconds after which it is asked once again: it may have been away, or its model was still being loaded."""
_LONGEST = 100_000
"""Characters of a text that is worth a request; longer ones are far over any budget."""
_LEARNS = 0.2
"""Weight of a new count in the running mean."""
_LEAST = 8
"""Tokens that a text must have to teach anything."""
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]")


class TokenCounter:
    """Mutable: one for all conversations of a process.

    The estimate's error is the tokenizer's own and much the same from text to text of one script, so that a handful of
    counts corrects it: one factor for Chinese, Japanese and Korean, one for everything else.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[int, int] = OrderedDict()
        self._scales = {True: 1.0, False: 1.0}
        self._context = 0
        self._misses = 0
        self._ask_at = float("-inf")

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together that the model takes; 0 where that is not known."""
        return self._context

    def __call__(self, text: str) -> int:
        """Tokens of a text, as well as they are known now."""
        known = self._counts.get(hash(text))
        return round(estimate_tokens(text) * self._scales[_is_wide(text)]) if known is None else known

    async def learn(self, engine: Engine, texts: Iterable[str], *, model: str = "") -> None:
        """Have the engine count what has not been counted. Never raises for an engine that is away or can't count."""
        unknown = [
            text
            for text in dict.fromkeys(texts)
            if 0 < len(text) <= _LONGEST and hash(text) not in self._counts
        ]
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(text: str) -> None:
            async with gate:
                if self._misses < _PATIENCE or self._clock() >= self._ask_at:
                    await self._count(engine, text, model)

        await asyncio.gather(*(one(text) for text in unknown))

    async def _count(self, engine: Engine, text: str, model: str) -> None:
        counted = await engine.count_tokens(text, model=model)
        if counted is None:
            self._misses += 1
            self._ask_at = self._clock() + _LEFT_ALONE
            return
        self._misses = 0
        self._context = counted.context or self._context
        self._teach(text, counted.tokens)
        self._counts[hash(text)] = counted.tokens
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)

    def _teach(self, text: str, tokens: int) -> None:
        guess = estimate_tokens(text)
        if min(guess, tokens) < _LEAST:
            return
        wide = _is_wide(text)
        # At most threefold, so that a text like no other spoils nothing.
        factor = min(max(tokens / guess, 1 / 3), 3.0)
        first = self._scales[wide] == 1.0
        self._scales[wide] = factor if first else self._scales[wide] * (1 - _LEARNS) + factor * _LEARNS


def _is_wide(text: str) -> bool:
    sample = text[:2000]
    return len(_WIDE.findall(sample)) * 5 > len(sample)
