"""What judges a text: letters and words for every language, sentence vectors for those that the embedder knows."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import numpy.typing as npt

from botcore.intents.discriminant import train_discriminant
from botcore.intents.logistic import Regression, train_regression
from botcore.intents.ngrams import Floats, Indices, Vocabulary
from botcore.intents.svm import Machine, train_machine

Mask = npt.NDArray[np.bool_]

LARGE = 3000
"""Examples from which on rare n-grams and the discriminant cost more than they bring."""
NEIGHBOURS = 5
NARROW = 384
"""The first part of a layered vector is the sentence vector proper, whose cosine means likeness."""


class Texts(msgspec.Struct, frozen=True):
    """Texts with all that the experts look at."""

    clean: Sequence[str]
    vectors: Floats
    """A row for each text; of width 0 where there is no embedder."""
    read: Mask
    """For which texts the vector means anything."""

    def part(self, chosen: Mask | Indices) -> Texts:
        picked = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return Texts([self.clean[index] for index in picked], self.vectors[picked], self.read[picked])


class Opinions(msgspec.Struct, frozen=True):
    """What the experts say of some texts, before it is weighed: scores by text and intent, likeness by text."""

    letters: Floats
    regression: Floats
    discriminant: Floats
    nearest: Floats
    """Mean cosine of the nearest examples; 0 where the text can't be read."""
    familiar: Floats
    """How much of the text's n-grams the vocabulary knows, 0 to 1."""


class Experts(msgspec.Struct, frozen=True):
    vocabulary: Vocabulary
    machine: Machine | None
    """None where there is one intent: nothing to tell it from."""
    regression: Regression | None
    discriminant: Regression | None
    """Both None where fewer than two intents have examples that can be read."""
    examples: Floats
    """Unit vectors of the examples that can be read."""

    def consider(self, texts: Texts) -> Opinions:
        rows = self.vocabulary.rows(texts.clean)
        pairs = zip(rows, texts.clean, strict=True)
        familiar = np.array([self.vocabulary.familiarity(row, text) for row, text in pairs], np.float32)
        letters = self.machine.scores(rows) if self.machine else 2 * familiar[:, None] - 1
        regression = discriminant = np.zeros_like(letters)
        if self.regression and texts.read.any():
            regression = self.regression.logits(texts.vectors)
        if self.discriminant and texts.read.any():
            discriminant = self.discriminant.logits(texts.vectors)
        nearest = (
            self._likeness(texts) if len(self.examples) and texts.read.any() else np.zeros_like(familiar)
        )
        return Opinions(letters, regression, discriminant, nearest * texts.read, familiar)

    def _likeness(self, texts: Texts) -> Floats:
        cosines = texts.vectors[:, :NARROW] @ self.examples.T
        count = min(NEIGHBOURS, cosines.shape[1])
        return np.asarray(np.partition(cosines, -count, axis=1)[:, -count:].mean(1), np.float32)


def train_experts(texts: Texts, labels: Indices, intents: int, earlier: Experts | None = None) -> Experts:
    """Deterministic: the same texts in the same order give the same experts.

    `earlier` has learned from most of these texts, which makes learning from many of them quicker.
    """
    large = len(texts.clean) > LARGE
    vectors, known = texts.vectors[texts.read], labels[texts.read]
    examples = np.ascontiguousarray(vectors[:, :NARROW])
    start = earlier.regression if earlier else None
    heads = _large_heads if large else _small_heads
    with ThreadPoolExecutor(1, "regression") as aside:  # it is matrices, so both run at a time
        read = aside.submit(heads, vectors, known, intents, start)
        vocabulary = Vocabulary.of(texts.clean, at_least=2 if large else 1)
        machine = None
        if intents > 1:
            rows = vocabulary.rows(texts.clean)
            machine = train_machine(rows, labels, intents, len(vocabulary), epochs=8 if large else 12)
        regression, discriminant = read.result()
    return Experts(vocabulary, machine, regression, discriminant, examples)


_Heads = tuple[Regression | None, Regression | None]


def _large_heads(vectors: Floats, labels: Indices, intents: int, start: Regression | None) -> _Heads:
    if len(np.unique(labels)) < 2:
        return None, None
    return train_regression(vectors, labels, intents, start=start, rounds=35 if start else 60), None


def _small_heads(vectors: Floats, labels: Indices, intents: int, _: Regression | None) -> _Heads:
    if len(np.unique(labels)) < 2:
        return None, None
    basis = _basis(vectors)
    near, width = vectors @ basis, vectors.shape[1]
    return (
        train_regression(near, labels, intents).turned(basis),
        train_discriminant(near, labels, intents, width).turned(basis),
    )


def _basis(vectors: Floats) -> Floats:
    """Orthonormal columns that span few vectors. What is learned there is the same, and learned sooner."""
    count, width = vectors.shape
    if count >= width:
        return np.eye(width, dtype=np.float32)
    return np.asarray(np.linalg.qr(vectors.T)[0], np.float32)
