"""Chooses how much of the dialogue goes into a prompt, so that it fits and the engine's prefix cache stays warm."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence

from botcore.engines.base import ChatMessage

_PER_MESSAGE = 4
"""Tokens for the role and the marks around a message, in the templates of today's models."""
_PER_IMAGE = 1000
"""Tokens of a picture of a megapixel, in today's vision models."""
_READ = 100_000
"""Characters that are looked at closely; a longer text is taken to go on as it begins."""
_WORD = re.compile(r"[^\W\d_\u2e80-\U0010ffff]+")
_WEIGHTS = (
    (re.compile(r"[\u00c0-\u024f]"), 2.0),
    (re.compile(r"[\u0370-\u2dff]"), 0.3),
    (re.compile(r"[\u2e80-\u2fff\u3040-\ud7ff\uf900-\ufeff]"), 0.7),
    (re.compile(r"[\u3000-\u303f\uff00-\uffef\U00010000-\U0010ffff]"), 2.0),
    (re.compile(r"\d"), 1.2),
    (re.compile(r"[^\w\s\u0370-\U0010ffff]|_"), 0.8),
)
"""Tokens for each accented letter, letter of another alphabet, Chinese character or kana, wide sign or emoji, digit,
and sign, on top of what words cost."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text without a tokenizer: fitted by least squares to those of Qwen and of Mistral (Tekken).

    On 400 sentences of news it is within 3 % of both for English, and 7 % for code. For Chinese, Spanish, German,
    French and Japanese the two differ from each other by up to 34 %, and the estimate lies 1 to 19 % off.
    """
    if len(text) > _READ:
        return estimate_tokens(text[:_READ]) * len(text) // _READ
    words = _WORD.findall(text)
    tokens = 0.5 * len(words) + 0.13 * sum(map(len, words))
    tokens += sum(weight * len(kind.findall(text)) for kind, weight in _WEIGHTS)
    return math.ceil(tokens)


def fit(
    messages: Sequence[ChatMessage],
    budget: int,
    count: Callable[[str], int] = estimate_tokens,
    *,
    torn: bool = False,
) -> list[ChatMessage]:
    """As many of the latest messages as have `budget` tokens together, with the instructions before them.

    System messages at the front and the last turn (the person's last message, and what tools said since) always stay,
    even where they alone are over the budget. The dialogue that is kept begins with a message of the person.

    Where something must go, more goes than must: the beginning is chosen among the messages at which half to all
    of the budget is used, by a checksum of their text. The next turns then mostly choose the same beginning, whatever
    is added behind it and however far back `messages` reach, so that their prompts only grow at the end: of n messages
    to choose among, 2 in n + 1 turns move it. `torn` says that messages are missing at the front, since the store
    gives so many and no more: then the beginning is chosen in the same way from the first half of them, even where
    all of them would fit.
    """
    opening = next((n for n, message in enumerate(messages) if message.role != "system"), len(messages))
    system, dialogue = list(messages[:opening]), list(messages[opening:])
    left = budget - sum(_cost(message, count) for message in system)
    return system + dialogue[_beginning(dialogue, left, count, torn=torn) :]


def _beginning(dialogue: list[ChatMessage], budget: int, count: Callable[[str], int], *, torn: bool) -> int:
    last_turn = max(
        (n for n, message in enumerate(dialogue) if message.role == "user"), default=len(dialogue) - 1
    )
    used = sum(_cost(message, count) for message in dialogue[last_turn + 1 :])
    candidates: list[int] = []
    latest_fit = max(last_turn, 0)
    for n in range(last_turn, -1, -1):
        used += _cost(dialogue[n], count)
        if used > budget:
            break
        if dialogue[n].role == "user":
            latest_fit = n
            if used >= budget // 2 or (torn and 2 * n <= len(dialogue)):
                candidates.append(n)
    else:
        if not torn:
            return 0
    return max(
        candidates,
        key=lambda n: _digest(dialogue[n].content),
        default=latest_fit,
    )


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def cost(messages: Sequence[ChatMessage], count: Callable[[str], int] = estimate_tokens) -> int:
    """Tokens of a prompt, more or less."""
    return sum(_cost(message, count) for message in messages)


def _cost(message: ChatMessage, count: Callable[[str], int]) -> int:
    calls = sum(count(call.name) + count(call.arguments) + _PER_MESSAGE for call in message.tool_calls)
    return count(message.content) + calls + _PER_IMAGE * len(message.images) + _PER_MESSAGE
