"""How often the tutor's algebra is right, wrong, or says that it can't."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from botcore.errors import BotcoreError
from botcore.evaluation.asking import Ask, Watch, unwatched
from botcore.evaluation.jsonl import Faults, read_jsonl
from botcore.evaluation.words import percent, short

FORM = "an object with question and answer"
Verdict = Literal["right", "wrong", "refused", "unclear"]
"""`unclear`: the tutor answered, and its answer can't be compared with the file's."""
_SHOWN = 20


class Question(msgspec.Struct, frozen=True):
    """A question with the answer that is right."""

    question: str
    answer: str | int | float
    kind: str = ""
    line: int = 0


class Marked(msgspec.Struct, frozen=True):
    """A question after the tutor has answered."""

    line: int
    question: str
    answer: str
    kind: str
    verdict: Verdict
    given: str
    """The tutor's answer; why there is none where it refused."""


class KindScore(msgspec.Struct, frozen=True):
    """Numbers of questions."""

    kind: str
    questions: int
    right: int
    wrong: int
    refused: int
    unclear: int


class Report(msgspec.Struct, frozen=True):
    """Numbers of questions, except where a name says otherwise."""

    questions: int
    right: int
    wrong: int
    refused: int
    unclear: int
    ms_each: float
    kinds: tuple[KindScore, ...]
    """Empty where the file names none."""
    refusals: dict[str, int]
    """Why the tutor refused, and how often."""
    wrong_answers: tuple[Marked, ...]
    unclear_answers: tuple[Marked, ...]

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


def read_questions(path: Path) -> list[Question]:
    """Raises ConfigurationError with all faulty lines."""
    faults = Faults(path)
    questions = []
    for line, row in read_jsonl(path, Question, FORM):
        for name, text in (("question", row.question), ("answer", str(row.answer))):
            if not text.strip():
                faults.add(line, f"{name} is empty")
        questions.append(msgspec.structs.replace(row, line=line))
    faults.refuse()
    return questions


async def evaluate_tutoring(questions: Sequence[Question], ask: Ask, watch: Watch = unwatched) -> Report:
    """One question after the other. The plugin compares, since it knows what two formulas have in common."""
    began = time.perf_counter()
    marked = [await _marked(row, ask) for row in watch(questions)]
    seconds = time.perf_counter() - began
    kinds = sorted({one.kind for one in marked})
    return Report(
        questions=len(marked),
        right=_count(marked, "right"),
        wrong=_count(marked, "wrong"),
        refused=_count(marked, "refused"),
        unclear=_count(marked, "unclear"),
        ms_each=round(seconds * 1000 / max(1, len(marked)), 1),
        kinds=tuple(_score(kind, marked) for kind in kinds) if any(kinds) else (),
        refusals=dict(Counter(one.given for one in marked if one.verdict == "refused").most_common()),
        wrong_answers=tuple(one for one in marked if one.verdict == "wrong"),
        unclear_answers=tuple(one for one in marked if one.verdict == "unclear"),
    )


async def _marked(row: Question, ask: Ask) -> Marked:
    answer = str(row.answer)
    try:
        said = await ask({"question": row.question, "answer": answer})
    except BotcoreError as error:
        said = {"verdict": "refused", "given": str(error)}
    return Marked(
        row.line,
        row.question,
        answer,
        row.kind,
        msgspec.convert(said["verdict"], Verdict),
        said["given"],
    )


def _score(kind: str, marked: Sequence[Marked]) -> KindScore:
    of = [one for one in marked if one.kind == kind]
    return KindScore(
        kind,
        len(of),
        _count(of, "right"),
        _count(of, "wrong"),
        _count(of, "refused"),
        _count(of, "unclear"),
    )


def _count(marked: Sequence[Marked], verdict: Verdict) -> int:
    return sum(one.verdict == verdict for one in marked)


def render_tutoring(report: Report) -> str:
    """For a terminal: the figures, then the answers to look at."""
    lines = [f"{report.questions:,} questions"]
    for name in ("right", "wrong", "refused", "unclear"):
        number = getattr(report, name)
        lines.append(f"{name:<10}{number:6,}  {percent(number / max(1, report.questions))}")
    lines.append(f"a question {report.ms_each:7.1f} ms")
    if report.kinds:
        lines += ["", "right wrong refused unclear  kind"]
        lines += [
            f"{one.right:5} {one.wrong:5} {one.refused:7} {one.unclear:7}  {one.kind or '(none)'}"
            for one in report.kinds
        ]
    if report.refusals:
        lines += ["", "why it refused", *(f"  {count:4}  {why}" for why, count in report.refusals.items())]
    for title, answers in (
        ("wrong", report.wrong_answers),
        ("unclear: can't be compared", report.unclear_answers),
    ):
        if answers:
            lines += ["", title, *(_shown(one) for one in answers[:_SHOWN])]
        if len(answers) > _SHOWN:
            lines.append(f"  and {len(answers) - _SHOWN} more; --json has all")
    return "\n".join(lines)


def _shown(one: Marked) -> str:
    return f"  line {one.line}: {short(one.question)}\n    given {short(one.given)}, expected {short(one.answer)}"
