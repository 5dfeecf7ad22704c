"""The examples as the classifier learns from them, and what is wrong with them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from botcore.intents.base import OUT_OF_SCOPE, Examples
from botcore.intents.ngrams import clean

MAX_EXAMPLES = 30_000
"""More would only make training longer; they are drawn evenly from all intents."""

_MOST_NAMED = 20


class Example(msgspec.Struct, frozen=True):
    """`text` is clean."""

    text: str
    language: str
    intent: str


class Lesson(msgspec.Struct, frozen=True):
    """What can be learned from, in an order that depends on nothing but the examples."""

    examples: tuple[Example, ...]
    strangers: tuple[Example, ...]
    """Out of scope, known to be so."""
    intents: tuple[str, ...]
    names: tuple[Example, ...] = ()
    """What the intents are called, which tells something of them too: `card_arrival` is "card arrival"."""
    warnings: tuple[str, ...] = ()
    """For the author: each names the intent and the text."""


def prepare(examples: Examples) -> Lesson:
    """Clean, drop what says nothing or says the same twice, and tell the author about it."""
    seen: dict[tuple[str, str], str] = {}
    kept: list[Example] = []
    empty: list[str] = []
    double: list[str] = []
    torn: list[str] = []
    for intent, language, text in _flat(examples):
        tidy = clean(text)
        earlier = seen.get((tidy, language))
        if not tidy:
            empty.append(f"intent {intent!r} has an empty example: it is left out")
        elif earlier is None:
            seen[tidy, language] = intent
            kept.append(Example(tidy, language, intent))
        elif earlier == intent:
            double.append(f"intent {intent!r} has {_short(text)} twice: it counts once")
        else:
            torn.append(
                f"{_short(text)} is an example of {earlier!r} and of {intent!r}: it counts for {earlier!r} only"
            )
    known = tuple(example for example in kept if example.intent != OUT_OF_SCOPE)
    chosen = _evenly(known)
    intents = tuple(sorted({example.intent for example in chosen}))
    notes = [*_few(examples, chosen), *_first(torn), *_first(double), *_first(empty)]
    if len(chosen) < len(known):
        notes.append(
            f"there are {len(known):,} examples: {len(chosen):,}, evenly from all intents, are learned from"
        )
    strangers = _evenly(tuple(example for example in kept if example.intent == OUT_OF_SCOPE))
    return Lesson(chosen, strangers, intents, _names(intents), tuple(notes))


def fingerprint(examples: Examples, *settings: str) -> str:
    """The same for the same examples and settings; a name for what was learned from them."""
    digest = hashlib.sha256("\0".join(settings).encode())
    for row in _flat(examples):
        digest.update("\0".join(row).encode("utf-8", "surrogatepass") + b"\1")
    return digest.hexdigest()[:32]


def _flat(examples: Examples) -> Iterator[tuple[str, str, str]]:
    for intent, by_language in sorted(examples.items()):
        for language, texts in sorted(by_language.items()):
            for text in texts:
                yield intent, language, text


def _names(intents: Sequence[str]) -> tuple[Example, ...]:
    """As English, since plugin authors name in English; names with numbers in them are left out."""
    words = {intent: clean(re.sub(r"[\W_]+", " ", intent)) for intent in intents}
    return tuple(
        Example(said, "en", intent) for intent, said in words.items() if re.fullmatch(r"[a-z ]{3,}", said)
    )


def _few(examples: Examples, kept: Sequence[Example]) -> list[str]:
    counts = Counter(example.intent for example in kept)
    named = sorted(name for name in examples if name != OUT_OF_SCOPE)
    if not named:
        return ["there are no examples of any intent: nothing can be told apart"]
    notes = [
        f"intent {name!r} has no example: only its patterns find it" for name in named if not counts[name]
    ]
    if len(counts) == 1:
        notes.append(
            f"{next(iter(counts))!r} is the only intent with examples: it is told from everything else by likeness alone"
        )
    return notes


def _first(notes: list[str]) -> list[str]:
    more = len(notes) - _MOST_NAMED
    return notes[:_MOST_NAMED] + ([f"... and {more:,} more of this kind"] if more > 0 else [])


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _evenly(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """At most MAX_EXAMPLES: the same number of each intent where they have it, spread over its list."""
    if len(examples) <= MAX_EXAMPLES:
        return examples
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    room, chosen = MAX_EXAMPLES, []
    for left, name in enumerate(sorted(by_intent, key=lambda name: (len(by_intent[name]), name))):
        found = by_intent[name]
        share = max(1, room // (len(by_intent) - left))
        chosen += found if len(found) <= share else [found[i * len(found) // share] for i in range(share)]
        room -= min(share, len(found))
    return tuple(chosen)
