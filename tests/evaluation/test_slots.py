"""`botcore eval slots`: which values of a sentence are found, and counted right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botcore.cli.main import run
from botcore.errors import ConfigurationError
from botcore.evaluation.slots import evaluate_slots, render_slots

TRAIN = [
    ("book a table at luigi for 4", "O O O O B-place O B-people"),
    ("book blue lagoon for 2  please", "O B-place I-place O B-people O"),
    ("a table for 7 at blue lagoon", "O O O B-people O B-place I-place"),
]


def written(path: Path, rows: list[tuple[str, str]]) -> Path:
    lines = [json.dumps({"text": text, "intent": "book", "bio": bio.split()}) for text, bio in rows]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_names_and_numbers_are_found_and_counted_by_whole_values(tmp_path: Path) -> None:
    train = written(tmp_path / "train.jsonl", TRAIN)
    test = written(
        tmp_path / "test.jsonl",
        [
            ("a table at blue lagoon for 3", "O O O B-place I-place O B-people"),
            ("a table at nowhere for 5", "O O O B-place O B-people"),
        ],
    )
    report = evaluate_slots(train, test)
    assert (report.texts, report.values) == (2, 4)
    assert (report.precision, report.recall, report.micro_f1) == (1.0, 0.75, pytest.approx(6 / 7, abs=1e-3))
    assert {row.slot: row.recall for row in report.slots} == {"place": 0.5, "people": 1.0}
    assert "micro F1    85.7 %" in render_slots(report)


def test_a_misspelt_name_is_found(tmp_path: Path) -> None:
    train = written(tmp_path / "train.jsonl", TRAIN)
    test = written(tmp_path / "test.jsonl", [("a table at blue lagon", "O O O B-place I-place")])
    assert evaluate_slots(train, test).recall == 1.0


@pytest.mark.parametrize(
    "content",
    ["", "x", '{"text": "a b", "intent": "x", "bio": ["O"]}', '{"text": "a", "intent": "x"}', "\xff"],
)
def test_a_faulty_file_is_named(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=r"rows\.jsonl"):
        evaluate_slots(path, path)
    assert run(["eval", "slots", "--train", str(path), "--test", str(tmp_path / "none.jsonl")]) == 2
    assert "jsonl" in capsys.readouterr().err


def test_the_command_prints_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path / "rows.jsonl", TRAIN))
    assert run(["eval", "slots", "--train", path, "--test", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["micro_f1"] == 1.0
