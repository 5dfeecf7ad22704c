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
from botcore.errors import ConfigurationError, Fault
from botcore.intents.base import OUT_OF_SCOPE
from botcore.intents.classifier import IntentClassifier
from botcore.intents.scope import Rule

_CONFUSED = 20


class LabelledText(msgspec.Struct, frozen=True):
    text: str
    intent: str = OUT_OF_SCOPE
    language: str = "en"


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
    """The most frequent first."""
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


def evaluate_files(
    train: Path, test: Path, oos: Path | None = None, *, embedder: Embedder | None = None
) -> Report:
    """Blocks while it trains. Raises ConfigurationError for a file that can't be read or has no rows."""
    return evaluate(_rows(train), _rows(test), _rows(oos) if oos else [], embedder=embedder)


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
    started = time.perf_counter()
    classifier = IntentClassifier.train(_examples(train), embedder)
    seconds = time.perf_counter() - started
    inside = [row for row in test if row.intent != OUT_OF_SCOPE]
    outside = [*(row for row in test if row.intent == OUT_OF_SCOPE), *oos]
    said = _said(classifier, inside)
    right = np.array([row.intent == name for row, name in zip(inside, said.names, strict=True)], np.bool_)
    strange = _said(classifier, outside)
    learned_scope = bool(outside) or any(row.intent == OUT_OF_SCOPE for row in train)
    larson, balanced = (
        _scope(classifier, said, right, strange, rule if learned_scope else None)
        for rule in ("larson", "balanced")
    )
    table = _table(inside, said.names)
    return Report(
        accuracy=_share(right),
        macro_f1=round(float(np.mean([row.f1 for row in table])) if table else 0.0, 4),
        in_scope_accuracy=larson.in_scope_accuracy,
        oos_recall=larson.oos_recall,
        balanced=balanced,
        train_seconds=round(seconds, 3),
        ms_per_query=_milliseconds(classifier, test),
        examples=len(train),
        texts=len(inside),
        texts_out_of_scope=len(outside),
        intents=table,
        confusions=_confusions(inside, said.names),
        warnings=classifier.warnings,
    )


def render_text(report: Report) -> str:
    """For a terminal: the figures, then what to look at first."""
    lines = [
        f"examples {report.examples:,}, texts {report.texts:,}, out of scope {report.texts_out_of_scope:,}",
        f"accuracy            {_percent(report.accuracy)}",
        f"macro F1            {_percent(report.macro_f1)}",
        f"in scope / refused  {_both(report.in_scope_accuracy, report.oos_recall)}  (Larson's rule)",
        f"in scope / refused  {_both(report.balanced.in_scope_accuracy, report.balanced.oos_recall)}  (balanced)",
        f"training            {report.train_seconds:6.1f} s",
        f"a text              {report.ms_per_query:6.2f} ms",
    ]
    worst = sorted(report.intents, key=lambda row: (row.f1, row.intent))[:10]
    if worst:
        lines += ["", "hardest intents (F1, precision, recall, texts)"]
        lines += [
            f"  {row.f1:.2f} {row.precision:.2f} {row.recall:.2f} {row.texts:5}  {row.intent}"
            for row in worst
        ]
    if report.confusions:
        lines += ["", "most often confused"]
        lines += [f"  {pair.count:4}  {pair.intent} taken for {pair.taken_for}" for pair in report.confusions]
    if report.warnings:
        lines += ["", "about the examples", *(f"  {warning}" for warning in report.warnings)]
    return "\n".join(lines)


class _Said(msgspec.Struct, frozen=True):
    names: list[str]
    inside: npt.NDArray[np.float32]


def _said(classifier: IntentClassifier, rows: Sequence[LabelledText]) -> _Said:
    """The best intent of each text, and the chance that it is in scope."""
    names = [""] * len(rows)
    inside = np.zeros(len(rows), np.float32)
    for language in sorted({row.language for row in rows}):
        at = [index for index, row in enumerate(rows) if row.language == language]
        chances, inside[at] = classifier.consider([rows[index].text for index in at], language)
        for index, row in zip(at, chances, strict=True):
            names[index] = classifier.intents[int(row.argmax())] if len(row) else ""
    return _Said(names, inside)


def _scope(
    classifier: IntentClassifier, said: _Said, right: npt.NDArray[np.bool_], strange: _Said, rule: Rule | None
) -> ScopeScore:
    """Without a rule everything is accepted."""
    threshold = classifier.judge.scope.threshold(rule) if classifier.judge and rule else 0.0
    refused = _share(strange.inside < threshold) if strange.names else None
    return ScopeScore(_share(right & (said.inside >= threshold)), refused)


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
    pairs = Counter((row.intent, name) for row, name in zip(rows, names, strict=True) if row.intent != name)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:_CONFUSED]
    return tuple(Confusion(intent, name, count) for (intent, name), count in ranked)


def _milliseconds(classifier: IntentClassifier, rows: Sequence[LabelledText]) -> float:
    asked = rows[:: max(1, len(rows) // 300)]
    started = time.process_time()
    for row in asked:
        classifier.classify(row.text, row.language)
    return round((time.process_time() - started) * 1000 / max(1, len(asked)), 3)


def _examples(rows: Sequence[LabelledText]) -> dict[str, dict[str, list[str]]]:
    examples: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        examples.setdefault(row.intent, {}).setdefault(row.language, []).append(row.text)
    return examples


def _rows(path: Path) -> list[LabelledText]:
    faults: list[Fault] = []
    rows: list[LabelledText] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError([Fault(str(path), "file", f"it can't be read: {error.strerror}")]) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=LabelledText))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                faults.append(
                    Fault(str(path), f"line {number}", f"expected an object with text and intent: {error}")
                )
    if not rows and not faults:
        faults.append(Fault(str(path), "file", "it has no rows; each line is an object with text and intent"))
    if faults:
        raise ConfigurationError(faults[:20])
    return rows


def _share(hits: npt.NDArray[np.bool_]) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0


def _percent(share: float | None) -> str:
    return "     -" if share is None else f"{share * 100:5.1f} %"


def _both(first: float, second: float | None) -> str:
    return f"{_percent(first)} / {_percent(second)}"
