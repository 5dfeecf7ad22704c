"""From examples to a judge: experts on all of them, weighed by what they say of examples held back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np

from botcore.engines.embedder import Embedder
from botcore.engines.minilm import MiniLM
from botcore.intents.examples import Example, Lesson
from botcore.intents.experts import LARGE, Experts, Mask, Opinions, Texts, train_experts
from botcore.intents.fusion import Fusion, train_fusion
from botcore.intents.ngrams import Indices
from botcore.intents.scope import Scope, train_scope

_FOLDS = 5
_LEAST = 2
"""Examples of an intent from which on one of them may be held back."""


class Judge(msgspec.Struct, frozen=True):
    """All that was learned."""

    intents: tuple[str, ...]
    experts: Experts
    fusion: Fusion
    scope: Scope
    strangers: frozenset[str] = frozenset()
    """The examples of what is out of scope, as `bare` has them: whatever they resemble, they are none of the intents."""


class _Held(msgspec.Struct, frozen=True):
    """One round of holding back: which examples the experts learn from, and which are asked about."""

    learn: Mask
    ask: Indices
    known: Mask
    """Of those asked, whether their intent was learned at all."""


def layered(embedder: Embedder | None) -> Embedder | None:
    """The form of the embedder that tells intents apart best."""
    return embedder.layered() if isinstance(embedder, MiniLM) else embedder


def can_read(embedder: Embedder | None, text: str, language: str) -> bool:
    """Whether the vector of a clean text means anything. Of an unknown language, the letters decide."""
    if embedder is None or not text:
        return False
    return embedder.knows(language) if language else embedder.knows("en") and _latin(text)


def _latin(text: str) -> bool:
    return sum(letter < "\u0250" for letter in text) >= 0.8 * len(text)


def look_at(texts: Sequence[str], languages: Sequence[str], embedder: Embedder | None) -> Texts:
    """Clean texts as the experts see them. `embedder` as `layered` gave it."""
    pairs = zip(texts, languages, strict=True)
    read = np.array([can_read(embedder, text, language) for text, language in pairs], np.bool_)
    if embedder is None:
        return Texts(texts, np.zeros((len(texts), 0), np.float32), read)
    vectors = np.zeros((len(texts), embedder.dimensions), np.float32)
    if read.any():
        vectors[read] = embedder.embed([text for text, known in zip(texts, read, strict=True) if known])
    return Texts(texts, vectors, read)


def unread(texts: Sequence[str], embedder: Embedder | None) -> Texts:
    """The same without what the embedder might have said."""
    width = embedder.dimensions if embedder else 0
    return Texts(texts, np.zeros((len(texts), width), np.float32), np.zeros(len(texts), np.bool_))


def train_judge(lesson: Lesson, embedder: Embedder | None) -> Judge | None:
    """None where no intent has an example. `embedder` as `layered` gave it."""
    if not lesson.intents:
        return None
    said = (*lesson.examples, *lesson.names)
    known = _look(said, embedder)
    numbers = {intent: number for number, intent in enumerate(lesson.intents)}
    labels = np.array([numbers[example.intent] for example in said], np.int64)
    spare = np.arange(len(said)) < len(lesson.examples)
    rounds = _rounds(labels, spare, len(lesson.intents), real=bool(lesson.strangers))
    fusion, scope, experts = _weigh(known, labels, _look(lesson.strangers, embedder), rounds)
    strangers = frozenset(bare(example.text) for example in lesson.strangers) - {""}
    learned = train_experts(known, labels, len(lesson.intents), experts)
    return Judge(lesson.intents, learned, fusion, scope, strangers)


def bare(text: str) -> str:
    """A clean text without its marks."""
    return " ".join(re.findall(r"\w+", text))


def _look(examples: Sequence[Example], embedder: Embedder | None) -> Texts:
    return look_at(
        [example.text for example in examples], [example.language for example in examples], embedder
    )


def _weigh(
    texts: Texts, labels: Indices, strangers: Texts, rounds: Iterable[_Held]
) -> tuple[Fusion, Scope, Experts | None]:
    real = len(strangers.clean) > 0
    intents = int(labels.max()) + 1
    experts: Experts | None = None
    asked: list[Opinions] = []
    read: list[Mask] = []
    truth: list[Indices] = []
    for held in rounds:
        experts = train_experts(texts.part(held.learn), labels[held.learn], intents)
        parts = [(texts.part(held.ask), np.where(held.known, labels[held.ask], -1))]
        if real and not asked:
            parts.append((strangers, np.full(len(strangers.clean), -1)))
        for part, answer in parts:
            asked.append(experts.consider(part))
            read.append(part.read)
            truth.append(answer)
    if experts is None:
        return Fusion(), Scope(), None
    opinions, readable, answers = _joined(asked), np.concatenate(read), np.concatenate(truth)
    inside = answers >= 0
    fusion = train_fusion(_some(opinions, inside), readable[inside], answers[inside])
    chances = fusion.chances(opinions, readable)
    right = chances.argmax(1) == answers
    return fusion, train_scope(opinions, chances, readable, inside, right, real=real), experts


def _rounds(labels: Indices, spare: Mask, intents: int, *, real: bool) -> Iterator[_Held]:
    """Each `spare` example of an intent that has some to spare is held back once; of many examples a fifth is enough.

    Where nobody gave examples of what is out of scope, a fifth of the intents is held back whole and stands for it.
    """
    if intents < _LEAST or np.bincount(labels[spare]).max() < _LEAST:
        return
    random = np.random.default_rng(0)
    fold = np.full(len(labels), -1)
    for intent in range(intents):
        at = np.flatnonzero(labels == intent)
        fold[at] = (
            (random.permutation(len(at)) + random.integers(_FOLDS)) % _FOLDS if len(at) >= _LEAST else -1
        )
    group = random.permutation(intents) % _FOLDS
    for number in range(_FOLDS if len(labels) <= LARGE else 1):
        away = np.zeros(len(labels), np.bool_) if real or intents <= _LEAST else group[labels] == number
        learn = ~away & (fold != number)
        if len(np.unique(labels[learn])) < _LEAST:
            continue
        ask = np.flatnonzero(spare & ~learn)
        yield _Held(learn, ask, ~away[ask])


def _joined(parts: Sequence[Opinions]) -> Opinions:
    return Opinions(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Opinions.__struct_fields__)
    )


def _some(opinions: Opinions, chosen: Mask) -> Opinions:
    return Opinions(*(getattr(opinions, name)[chosen] for name in Opinions.__struct_fields__))
