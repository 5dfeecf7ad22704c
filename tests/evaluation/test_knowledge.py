"""`eval knowledge`, without the command: which passage comes first, on three documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botcore.errors import ConfigurationError
from botcore.evaluation.knowledge import (
    Question,
    Report,
    check_sources,
    evaluate_knowledge,
    own_questions,
    read_questions,
    render_knowledge,
)
from botcore.knowledge.library import Library
from tests.knowledge.conftest import library, records, url

__all__ = ["library", "records", "url"]

DOCUMENTS = {
    "bicycles.md": "# Cargo bicycles\n\n## Deposit\n\nThe deposit for a cargo bicycle is 150 euros.\n\n"
    "## Weekends\n\nA cargo bicycle may be borrowed for a weekend.\n",
    "tents.md": "# Tents\n\n## Sizes\n\nTents sleep two or four people.\n",
}


@pytest.fixture
async def shelf(library: Library, tmp_path: Path) -> Library:
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert not (await library.sync(tmp_path)).faults
    return library


async def measured(shelf: Library, *rows: Question) -> Report:
    return await evaluate_knowledge(shelf, rows, 0.5, lambda text: "en", by_meaning=False)


async def test_the_place_of_the_right_passage_makes_the_figures(shelf: Library) -> None:
    report = await measured(
        shelf,
        Question("How much is the deposit for a cargo bicycle?", "bicycles.md", "150  EUROS", line=1),
        Question("How many people do tents sleep?", "Tents", line=2),
        Question("deposit for a cargo bicycle", "Cargo bicycles › Weekends", line=3),
        Question("qwxz kjhg", "tents.md", line=4),
    )
    assert report.recall_at_1 == 0.5
    assert report.recall_at_5 == 0.75
    assert report.mrr == pytest.approx((1 + 1 + 1 / 2 + 0) / 4)
    assert report.above_threshold == 0.75
    assert report.right_above_threshold == pytest.approx(2 / 3, abs=1e-4)
    assert report.refused_without_answer is None
    assert report.passages == 3


async def test_what_was_found_instead_is_listed(shelf: Library) -> None:
    report = await measured(
        shelf,
        Question("deposit for a cargo bicycle", "bicycles.md", "weekend", line=3),
        Question("qwxz kjhg", "tents.md", line=4),
    )
    second, nowhere = report.failures
    assert (second.line, second.rank, [one.title for one in second.found]) == (
        3,
        2,
        ["Cargo bicycles › Deposit"],
    )
    assert (nowhere.line, nowhere.rank, nowhere.found) == (4, 0, ())
    text = render_knowledge(report)
    assert text.index("line 4") < text.index("line 3")
    assert "Cargo bicycles › Deposit (bicycles.md)" in text
    assert "nothing was found" in text


async def test_a_question_that_no_document_answers_should_be_refused(shelf: Library) -> None:
    report = await measured(
        shelf,
        Question("qwxz kjhg", "", line=1),
        Question("how much is the deposit for a cargo bicycle", "", line=2),
    )
    assert report.refused_without_answer == 0.5
    assert report.recall_at_1 is None
    assert [(one.line, one.source, len(one.found)) for one in report.failures] == [(2, "", 1)]
    assert "has no answer" in render_knowledge(report)


async def test_without_a_file_every_section_is_asked_by_its_heading(shelf: Library) -> None:
    rows = own_questions(await shelf.passages())
    assert [row.question for row in rows] == ["Deposit", "Weekends", "Sizes"]
    report = await measured(shelf, *rows)
    assert (report.questions, report.recall_at_1, report.failures) == (3, 1.0, ())
    assert json.loads(json.dumps(report.as_json()))["mrr"] == 1.0


async def test_a_source_or_a_text_that_no_document_has_is_named_with_its_line(
    shelf: Library, tmp_path: Path
) -> None:
    path = tmp_path / "questions.jsonl"
    rows = [
        {"question": "a", "source": "bicycle.md"},
        {"question": "b", "source": "tents.md", "contains": "six people"},
        {"question": "c", "source": "tents.md", "contains": "four people"},
        {"question": "d", "source": ""},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with pytest.raises(ConfigurationError) as error:
        check_sources(path, read_questions(path), await shelf.passages())
    first, second = error.value.faults
    assert (first.key, "did you mean 'bicycles.md'?" in first.problem) == ("line 1", True)
    assert (second.key, "six people" in second.problem) == ("line 2", True)
