"""What the author of examples may do about intents that get confused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from botcore.evaluation.intents import Confusion, Report
from botcore.evaluation.rows import LabelledText
from botcore.intents.base import OUT_OF_SCOPE

FEW = 5
"""Examples of an intent in one language below which more of them help most."""
_OFTEN = 2
_MOST = 10
_PARTNERS = 3
"""Intents that one intent is taken for, from which on its examples have little in common."""


def advise(report: Report, rows: Sequence[LabelledText]) -> Iterator[str]:
    """Sentences, what helps most first. What is wrong with single examples stands in `report.warnings`."""
    yield from _few(rows)
    yield from _pairs(report.confusions)
    yield from _scattered(report.confusions)
    outside = sum(row.intent == OUT_OF_SCOPE for row in rows)
    if not outside:
        yield (
            f"there are no examples of what is out of scope: twenty of them under the name {OUT_OF_SCOPE!r} teach "
            "the bot what to leave alone"
        )


def _few(rows: Sequence[LabelledText]) -> Iterator[str]:
    counts = Counter((row.intent, row.language) for row in rows if row.intent != OUT_OF_SCOPE)
    for (intent, language), count in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        if count < FEW:
            examples = "example" if count == 1 else "examples"
            yield f"{intent!r} has {count} {examples} in {language!r}: give it {FEW} or more, worded differently"


def _pairs(confusions: Sequence[Confusion]) -> Iterator[str]:
    both: Counter[tuple[str, str]] = Counter()
    said: dict[tuple[str, str], str] = {}
    for one in confusions:
        pair = (min(one.intent, one.taken_for), max(one.intent, one.taken_for))
        both[pair] += one.count
        said.setdefault(pair, f"{one.examples[0][:80]!r} of {one.intent!r}")
    for (first, second), count in sorted(both.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        if count >= _OFTEN:
            yield (
                f"{first!r} and {second!r} are confused {count} times, as in {said[first, second]}: give each "
                "examples of what sets it apart, or make one intent of them"
            )


def _scattered(confusions: Sequence[Confusion]) -> Iterator[str]:
    partners = Counter(one.intent for one in confusions)
    for intent, count in sorted(partners.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        if count >= _PARTNERS:
            yield f"{intent!r} is taken for {count} other intents: its examples may be about different things"
