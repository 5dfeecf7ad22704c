"""How surely questions find the passage that answers them."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from botcore.evaluation.asking import Watch, unwatched
from botcore.evaluation.jsonl import Faults, read_jsonl
from botcore.evaluation.words import percent, short
from botcore.knowledge.base import Passage
from botcore.knowledge.library import Library

FORM = (
    "an object with question and source (the address or title of a document), perhaps contains and language"
)
DEPTH = 5
"""Passages that are looked at for a question, which is how many the bot looks at."""
_SHOWN = 20


class Question(msgspec.Struct, frozen=True):
    """A question, and where its answer stands."""

    question: str
    source: str
    """A document's address or title, or the title of one section; empty where no document has the answer."""
    contains: str = ""
    """What the passage says, word for word; white space and case do not matter."""
    language: str = ""
    """Of the question, such as zh; found out where it is empty."""
    line: int = 0


class Found(msgspec.Struct, frozen=True):
    """A passage that was found instead."""

    title: str
    uri: str
    score: float


class Failure(msgspec.Struct, frozen=True):
    """A question whose answer was not the first passage, or that was answered and has no answer."""

    line: int
    question: str
    source: str
    rank: int
    """Where the right passage stood, from 1; 0 for not among the first five."""
    found: tuple[Found, ...]
    """As far as the right one, or all; only the first where no document has the answer."""


class Report(msgspec.Struct, frozen=True):
    """Shares are between 0 and 1, and None where no question is of that kind."""

    questions: int
    passages: int
    by_meaning: bool
    """False where the sentence model is not installed, so that words alone decide."""
    recall_at_1: float | None
    recall_at_5: float | None
    mrr: float | None
    """Mean of 1 / rank of the right passage, 0 where it is not among the first five."""
    above_threshold: float | None
    """Share of the questions with an answer whose best passage the bot would answer from."""
    right_above_threshold: float | None
    """Share of those whose best passage is the right one."""
    refused_without_answer: float | None
    """Share of the questions without a source whose best passage stays below the threshold."""
    threshold: float
    ms_per_query: float
    failures: tuple[Failure, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


class _Asked(msgspec.Struct, frozen=True):
    row: Question
    found: Sequence[Passage]
    rank: int

    def sure(self, threshold: float) -> bool:
        return bool(self.found) and self.found[0].score >= threshold


def read_questions(path: Path) -> list[Question]:
    """Raises ConfigurationError with all faulty lines."""
    faults = Faults(path)
    rows = []
    for line, row in read_jsonl(path, Question, FORM):
        if not row.question.strip():
            faults.add(line, "question is empty")
        if row.contains and not row.source:
            faults.add(line, "contains needs a source")
        rows.append(msgspec.structs.replace(row, line=line))
    faults.refuse()
    return rows


def own_questions(passages: Sequence[Passage]) -> list[Question]:
    """The documents as their own test: the heading of each section is asked, and the section is the answer.

    It tells which sections stand in one another's way; how people ask it can't tell.
    """
    return [
        Question(title, source=passage.title, contains=passage.text, language=passage.language)
        for passage in passages
        if (title := passage.title.rpartition(" › ")[2])
    ]


def check_sources(path: Path, rows: Sequence[Question], passages: Sequence[Passage]) -> None:
    """Raises ConfigurationError for lines whose source or text no document has."""
    faults = Faults(path)
    named: dict[str, list[Passage]] = {}
    for passage in passages:
        for name in _names(passage):
            named.setdefault(name, []).append(passage)
    for row in rows:
        if row.source and row.source not in named:
            hint = "" if faults.full else _hint(row.source, named)
            faults.add(row.line, f"there is no document with the address or title {row.source!r}{hint}")
        elif row.contains and not any(_answers(passage, row) for passage in named[row.source]):
            faults.add(row.line, f"no passage of {row.source!r} contains {short(row.contains)!r}")
    faults.refuse()


def _hint(source: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(source, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


async def evaluate_knowledge(
    library: Library,
    rows: Sequence[Question],
    threshold: float,
    language_of: Callable[[str], str],
    *,
    by_meaning: bool,
    watch: Watch = unwatched,
) -> Report:
    """`language_of` tells the language of questions whose row does not."""
    await library.search("warm")
    asked: list[_Asked] = []
    seconds = 0.0
    for row in watch(rows):
        began = time.perf_counter()
        found = await library.search(row.question, row.language or language_of(row.question), DEPTH)
        seconds += time.perf_counter() - began
        ranks = (place for place, passage in enumerate(found, 1) if _answers(passage, row))
        asked.append(_Asked(row, found, next(ranks, 0)))
    inside = [one for one in asked if one.row.source]
    outside = [one for one in asked if not one.row.source]
    sure = [one for one in inside if one.sure(threshold)]
    return Report(
        questions=len(asked),
        passages=len(await library.passages()),
        by_meaning=by_meaning,
        recall_at_1=_mean([one.rank == 1 for one in inside]),
        recall_at_5=_mean([one.rank > 0 for one in inside]),
        mrr=_mean([1 / one.rank if one.rank else 0.0 for one in inside]),
        above_threshold=_mean([one.sure(threshold) for one in inside]),
        right_above_threshold=_mean([one.rank == 1 for one in sure]),
        refused_without_answer=_mean([not one.sure(threshold) for one in outside]),
        threshold=threshold,
        ms_per_query=round(seconds * 1000 / max(1, len(asked)), 2),
        failures=tuple(
            _failure(one) for one in asked if (one.rank != 1 if one.row.source else one.sure(threshold))
        ),
    )


def _answers(passage: Passage, row: Question) -> bool:
    return bool(row.source) and row.source in _names(passage) and _plain(row.contains) in _plain(passage.text)


def _names(passage: Passage) -> set[str]:
    """By which a question may name it: the document's address and title, and the section's title."""
    return {passage.uri, passage.title, passage.title.partition(" › ")[0]}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _failure(one: _Asked) -> Failure:
    before = one.rank - 1 if one.rank else len(one.found) if one.row.source else 1
    found = tuple(
        Found(passage.title, passage.uri, round(passage.score, 3)) for passage in one.found[:before]
    )
    return Failure(one.row.line, one.row.question, one.row.source, one.rank, found)


def render_knowledge(report: Report) -> str:
    """For a terminal: the figures, then the questions that failed, the worst first."""
    how = "words and meaning" if report.by_meaning else "words alone: the sentence model is not installed"
    mrr = "     -" if report.mrr is None else f"{report.mrr:6.3f}"
    lines = [
        f"{report.questions:,} questions, {report.passages:,} passages, by {how}",
        f"R@1                    {percent(report.recall_at_1)}",
        f"R@5                    {percent(report.recall_at_5)}",
        f"MRR                    {mrr}",
        f"answered (≥ {report.threshold:.2f})      {percent(report.above_threshold)}",
        f"  of these, rightly    {percent(report.right_above_threshold)}",
        f"refused, no answer     {percent(report.refused_without_answer)}",
        f"a question             {report.ms_per_query:6.2f} ms",
    ]
    worst = sorted(report.failures, key=lambda one: (one.rank > 0, -one.rank))
    if worst:
        lines += ["", f"{len(worst):,} questions failed"]
    for one in worst[:_SHOWN]:
        lines += _shown(one)
    if len(worst) > _SHOWN:
        lines.append(f"  and {len(worst) - _SHOWN:,} more; --json has all")
    return "\n".join(lines)


def _shown(one: Failure) -> list[str]:
    where = f"line {one.line}: " if one.line else ""
    place = f"at {one.rank}" if one.rank else "not found" if one.source else "has no answer"
    expected = f"; expected {short(one.source)}" if one.source else ""
    found = [f"    {passage.score:.2f}  {short(passage.title)} ({passage.uri})" for passage in one.found[:2]]
    return [f"  {where}{short(one.question)} ({place}{expected})", *(found or ["    nothing was found"])]
