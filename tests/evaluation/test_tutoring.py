"""`eval tutoring`, without the command: counts over a tutor of the test's own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from botcore.errors import BotcoreError
from botcore.evaluation.tutoring import Question, evaluate_tutoring, render_tutoring

ROWS = [
    Question("1+1", 2, "sums", 1),
    Question("1+2", 4, "sums", 2),
    Question("poem", "verse", "words", 3),
    Question("odd", "?", "words", 4),
    Question("lost", "?", "", 5),
]


async def tutor(row: Mapping[str, str]) -> Mapping[str, str]:
    if row["question"] == "lost":
        raise BotcoreError("no child process")
    if row["question"] in {"poem", "odd"}:
        return {"verdict": {"poem": "refused", "odd": "unclear"}[row["question"]], "given": "no_formula"}
    given = str(sum(map(int, row["question"].split("+"))))
    return {"verdict": "right" if given == row["answer"] else "wrong", "given": given}


async def test_answers_are_counted_by_verdict_and_kind() -> None:
    report = await evaluate_tutoring(ROWS, tutor)
    assert (report.right, report.wrong, report.refused, report.unclear) == (1, 1, 2, 1)
    assert [(one.kind, one.questions, one.right, one.wrong) for one in report.kinds] == [
        ("", 1, 0, 0),
        ("sums", 2, 1, 1),
        ("words", 2, 0, 0),
    ]
    assert report.refusals == {"no_formula": 1, "no child process": 1}
    [wrong] = report.wrong_answers
    assert (wrong.line, wrong.given, wrong.answer) == (2, "3", "4")
    assert "given 3, expected 4" in render_tutoring(report)
    assert json.loads(json.dumps(report.as_json()))["wrong"] == 1


async def test_without_kinds_there_is_no_table_of_kinds() -> None:
    report = await evaluate_tutoring([Question("1+1", "2", line=1)], tutor)
    assert report.kinds == ()
    assert "kind" not in render_tutoring(report)
