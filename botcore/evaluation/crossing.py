"""Cross-validation: how well a bot's examples teach it to understand examples that were held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from botcore.engines.embedder import Embedder
from botcore.errors import ConfigurationError, Fault
from botcore.evaluation.advice import advise
from botcore.evaluation.intents import RULES, Answers, Report, learn_and_ask, report_of
from botcore.evaluation.rows import LabelledText, examples_of
from botcore.intents.base import OUT_OF_SCOPE
from botcore.intents.examples import prepare

MOST_FOLDS = 50


def cross_validate(rows: Sequence[LabelledText], folds: int, *, embedder: Embedder | None = None) -> Report:
    """Each row is asked about once, by a classifier that learned from the other `folds` - 1 parts.

    Deterministic. An intent with one example is asked about without having been learned, and so is always missed.
    Raises ConfigurationError where there is nothing to cross.
    """
    known = [row for row in rows if row.intent != OUT_OF_SCOPE]
    if not 2 <= folds <= MOST_FOLDS:
        raise _fault(f"expected from 2 to {MOST_FOLDS} parts, not {folds}")
    if len({row.intent for row in known}) < 2:
        raise _fault("there are examples of fewer than two intents, so that there is nothing to tell apart")
    if embedder is not None:
        embedder.embed(["warm"])
    parts = _parts(rows, folds)
    asked = [row for part in parts for row in part]
    answers = [
        learn_and_ask([row for other in parts if other is not part for row in other], part, embedder)
        for part in parts
        if part
    ]
    report = report_of(asked, _joined(answers), examples=len(rows))
    warnings = prepare(examples_of(rows)).warnings
    whole = msgspec.structs.replace(report, warnings=warnings, folds=folds)
    return msgspec.structs.replace(whole, suggestions=tuple(advise(whole, rows)))


def _parts(rows: Sequence[LabelledText], folds: int) -> list[list[LabelledText]]:
    """The examples of each intent and language, spread evenly; the same for the same examples."""
    groups: dict[tuple[str, str], list[LabelledText]] = defaultdict(list)
    for row in rows:
        groups[row.intent, row.language].append(row)
    random = np.random.default_rng(0)
    parts: list[list[LabelledText]] = [[] for _ in range(folds)]
    for number, key in enumerate(sorted(groups)):
        for place, index in enumerate(random.permutation(len(groups[key]))):
            parts[(place + number) % folds].append(groups[key][index])
    return parts


def _joined(answers: Sequence[Answers]) -> Answers:
    return Answers(
        [name for one in answers for name in one.names],
        {rule: np.concatenate([one.accepted[rule] for one in answers]) for rule in RULES},
        sum(one.train_seconds for one in answers) / len(answers),
        round(sum(one.ms_per_query for one in answers) / len(answers), 3),
    )


def _fault(problem: str) -> ConfigurationError:
    return ConfigurationError([Fault("command line", "--cross-validate", problem)])
