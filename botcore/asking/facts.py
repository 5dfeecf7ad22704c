"""Keeps only those facts of a summary that stand in what it sums up: models invent."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_FACTS = 20
_VALUE = re.compile(r"[a-z0-9][a-z0-9.+:/@_-]{0,99}", re.ASCII)
"""Of these, what has a digit or an @."""
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_\u2e80-\U0010ffff]{4,}")
_WIDE = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
_STEM = 4
"""Letters by which a word counts as the same: customer, customers."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
# A fact tells who said it, in words that the dialogue need not have.
_TELLING = frozenset(
    ["person", "their", "they", "wants", "asked", "user", "that", "this", "with", "from", "have", "name"]
)


def supported(facts: Iterable[str], source: str) -> tuple[str, ...]:
    """Those whose every value, word and Chinese character has its like in `source`."""
    plain = source.casefold()
    stems = {word[:_STEM] for word in _WORD.findall(plain)}
    kept = [
        fact
        for fact in dict.fromkeys(map(str.strip, facts))
        if fact and _stands(fact.casefold(), plain, stems)
    ]
    return tuple(kept[:MAX_FACTS])


def without_invented_values(text: str, source: str) -> str:
    """A summary without the sentences that have a number, date or address which `source` has not."""
    plain = source.casefold()
    return " ".join(
        sentence for sentence in _SENTENCE.split(text) if _has_values(sentence.casefold(), plain)
    ).strip()


def _stands(fact: str, plain: str, stems: set[str]) -> bool:
    words = [word[:_STEM] for word in _WORD.findall(fact) if word not in _TELLING]
    return (
        _has_values(fact, plain)
        and all(word in stems for word in words)
        and all(sign in plain for sign in _WIDE.findall(fact))
    )


def _has_values(text: str, plain: str) -> bool:
    values = (value.rstrip(".:/-") for value in _VALUE.findall(text) if "@" in value or _DIGIT.search(value))
    return all(re.search(rf"(?<![a-z0-9.+@_-]){re.escape(value)}(?![a-z0-9@_-])", plain) for value in values)
