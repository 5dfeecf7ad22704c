"""How well intents are told apart: trains on one file and asks about another.

Files are JSON lines with `text`, `intent` and, where it is not English, `language`. Rows with the intent `oos` in the
training file are examples of what is out of scope; the `oos` file is asked about only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from botcore.engines.embedder import Embedder
from botcore.evaluation.rows import LabelledText, examples_of, read_rows
from botcore.intents.base import OUT_OF_SCOPE
from botcore.intents.classifier import IntentClassifier
from botcore.intents.scope import Rule

RULES: tuple[Rule, Rule] = ("larson", "balanced")

MOST_CONFUSED = 20
"""Pairs that a short report names."""
_EXAMPLES_SHOWN = 3


class IntentScore(msgspec.Struct, frozen=True):
    """One intent, with every text taken to be in scope."""

    intent: str
    precision: float
    recall: float
    f1: float
    texts: int


class Confusion(msgspec.Struct, frozen=True):
    """`count` texts of `intent` were taken for `taken_for`."""

    intent: str
    taken_for: str
    count: int
    examples: tuple[str, ...] = ()
    """Some of them."""


class ScopeScore(msgspec.Struct, frozen=True):
    """With a threshold that was chosen on held-back training examples."""

    in_scope_accuracy: float
    """Share of the texts in scope that are accepted and given their intent."""
    oos_recall: float | None
    """Share of the texts out of scope that are refused; None where none were asked about."""


class Report(msgspec.Struct, frozen=True):
    """Shares are between 0 and 1. `accuracy` and `macro_f1` take every text to be in scope, as the published
    figures do; `in_scope_accuracy` and `oos_recall` follow Larson's rule (see `intents.scope.Rule`)."""

    accuracy: float
    macro_f1: float
    in_scope_accuracy: float
    oos_recall: float | None
    balanced: ScopeScore
    train_seconds: float
    ms_per_query: float
    """Processor time of one text asked alone."""
    examples: int
    texts: int
    texts_out_of_scope: int
    intents: tuple[IntentScore, ...]
    confusions: tuple[Confusion, ...]
    """All of them, the most frequent first."""
    warnings: tuple[str, ...]
    suggestions: tuple[str, ...] = ()
    """What the author of the examples may do about it."""
    folds: int = 0
    """How many parts the examples were cross-validated in; 0 for a test set of its own."""

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        short = msgspec.structs.replace(self, confusions=self.confusions[:MOST_CONFUSED])
        plain: dict[str, object] = msgspec.to_builtins(short)
        return plain


def evaluate_files(
    train: Path, test: Path, oos: Path | None = None, *, embedder: Embedder | None = None
) -> Report:
    """Blocks while it trains. Raises ConfigurationError for a file that can't be read or has no rows."""
    strange = [msgspec.structs.replace(row, intent=OUT_OF_SCOPE) for row in read_rows(oos)] if oos else []
    return evaluate(read_rows(train), read_rows(test), strange, embedder=embedder)


def evaluate(
    train: Sequence[LabelledText],
    test: Sequence[LabelledText],
    oos: Sequence[LabelledText] = (),
    *,
    embedder: Embedder | None = None,
) -> Report:
    """`oos` rows of the test set are asked about with those of `oos`."""
    if embedder is not None:
        embedder.embed(["warm"])
    asked = [*test, *(msgspec.structs.replace(row, intent=OUT_OF_SCOPE) for row in oos)]
    answers = learn_and_ask(train, asked, embedder)
    return report_of(asked, answers, examples=len(train))


class Answers(msgspec.Struct, frozen=True):
    """What a classifier said of some texts, and what it cost."""

    names: list[str]
    """The best intent of each, taken to be in scope."""
    accepted: dict[Rule, npt.NDArray[np.bool_]]
    """Which of them it took to be in scope, by each rule."""
    train_seconds: float
    ms_per_query: float
    warnings: tuple[str, ...] = ()


def learn_and_ask(
    train: Sequence[LabelledText], asked: Sequence[LabelledText], embedder: Embedder | None
) -> Answers:
    """Where nothing is known of what is out of scope, and nothing is asked about it, all is accepted."""
    started = time.perf_counter()
    classifier = IntentClassifier.train(examples_of(train), embedder)
    seconds = time.perf_counter() - started
    names, inside = _said(classifier, asked)
    judged = any(row.intent == OUT_OF_SCOPE for row in (*asked, *train))
    thresholds: dict[Rule, float] = {
        rule: classifier.judge.scope.threshold(rule) if classifier.judge and judged else 0.0 for rule in RULES
    }
    accepted = {rule: inside >= threshold for rule, threshold in thresholds.items()}
    return Answers(names, accepted, seconds, _milliseconds(classifier, asked), classifier.warnings)


def report_of(asked: Sequence[LabelledText], answers: Answers, *, examples: int) -> Report:
    """Counts. Rows of the intent `oos` should have been refused."""
    outside = np.array([row.intent == OUT_OF_SCOPE for row in asked], np.bool_)
    right = np.array([row.intent == name for row, name in zip(asked, answers.names, strict=True)], np.bool_)
    inside = [row for row, strange in zip(asked, outside, strict=True) if not strange]
    names = [name for name, strange in zip(answers.names, outside, strict=True) if not strange]
    larson, balanced = (
        ScopeScore(
            _share((right & answers.accepted[rule])[~outside]),
            _share(~answers.accepted[rule][outside]) if outside.any() else None,
        )
        for rule in RULES
    )
    table = _table(inside, names)
    return Report(
        accuracy=_share(right[~outside]),
        macro_f1=round(float(np.mean([row.f1 for row in table])) if table else 0.0, 4),
        in_scope_accuracy=larson.in_scope_accuracy,
        oos_recall=larson.oos_recall,
        balanced=balanced,
        train_seconds=round(answers.train_seconds, 3),
        ms_per_query=answers.ms_per_query,
        examples=examples,
        texts=len(inside),
        texts_out_of_scope=int(outside.sum()),
        intents=table,
        confusions=_confusions(inside, names),
        warnings=answers.warnings,
    )


def _said(
    classifier: IntentClassifier, rows: Sequence[LabelledText]
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The best intent of each text, and the chance that it is in scope."""
    names = [""] * len(rows)
    inside = np.zeros(len(rows), np.float32)
    for language in sorted({row.language for row in rows}):
        at = [index for index, row in enumerate(rows) if row.language == language]
        chances, inside[at] = classifier.consider([rows[index].text for index in at], language)
        for index, row in zip(at, chances, strict=True):
            names[index] = classifier.intents[int(row.argmax())] if len(row) else ""
    return names, inside


def _table(rows: Sequence[LabelledText], names: Sequence[str]) -> tuple[IntentScore, ...]:
    texts = Counter(row.intent for row in rows)
    taken = Counter(names)
    hits = Counter(row.intent for row, name in zip(rows, names, strict=True) if row.intent == name)
    return tuple(_score(intent, hits[intent], taken[intent], texts[intent]) for intent in sorted(texts))


def _score(intent: str, hits: int, taken: int, texts: int) -> IntentScore:
    precision, recall = hits / max(1, taken), hits / max(1, texts)
    f1 = 2 * hits / max(1, taken + texts)
    return IntentScore(intent, round(precision, 4), round(recall, 4), round(f1, 4), texts)


def _confusions(rows: Sequence[LabelledText], names: Sequence[str]) -> tuple[Confusion, ...]:
    texts: dict[tuple[str, str], list[str]] = {}
    for row, name in zip(rows, names, strict=True):
        if row.intent != name:
            texts.setdefault((row.intent, name), []).append(row.text)
    ranked = sorted(texts.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Confusion(*pair, len(said), tuple(said[:_EXAMPLES_SHOWN])) for pair, said in ranked)


def _milliseconds(classifier: IntentClassifier, rows: Sequence[LabelledText]) -> float:
    asked = rows[:: max(1, len(rows) // 300)]
    started = time.process_time()
    for row in asked:
        classifier.classify(row.text, row.language)
    return round((time.process_time() - started) * 1000 / max(1, len(asked)), 3)


def _share(hits: npt.NDArray[np.bool_]) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0
