"""`eval translation`, without the command: figures over a translator of the test's own."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from botcore.errors import EngineUnavailable
from botcore.evaluation.translation import Pair, Report, evaluate_translation, render_translation

PAIRS = [
    Pair("good", ["bueno", "buena"], line=1),
    Pair("ab", "abab", line=2),
    Pair("unknown", "desconocido", line=3),
    Pair("away", "lejos", line=4),
]


async def translator(row: Mapping[str, str]) -> Mapping[str, str]:
    assert (row["source"], row["target"]) == ("en", "es")
    if row["text"] == "away":
        raise EngineUnavailable("no server answers")
    known = {"good": ("buena", "memory"), "ab": ("ab", "model")}
    text, by = known.get(row["text"], ("", ""))
    return {"text": text, "by": by} if by else {}


@pytest.fixture
async def report() -> Report:
    return await evaluate_translation(PAIRS, "en", "es", translator)


async def test_refused_and_failed_texts_count_against_the_whole_but_not_the_translated(
    report: Report,
) -> None:
    assert (report.refused, report.failed, report.by) == (0.25, 0.25, {"memory": 0.25, "model": 0.25})
    assert 0 < report.chrf_all < report.chrf < 100
    assert report.failures == {"no server answers": 1}


async def test_the_farthest_from_the_reference_come_first(report: Report) -> None:
    assert [(one.line, one.chrf) for one in report.worst] == [(2, 47.2), (1, 100.0)]
    text = render_translation(report)
    assert "by memory" in text
    assert text.index("line 2") < text.index("line 1")
    assert json.loads(json.dumps(report.as_json()))["pairs"] == 4


async def test_everything_refused_is_a_report_too() -> None:
    report = await evaluate_translation(PAIRS[2:3], "en", "es", translator)
    assert (report.chrf, report.chrf_all, report.refused, report.by) == (0.0, 0.0, 1.0, {})
