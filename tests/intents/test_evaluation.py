"""`botcore eval intents`, without the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botcore.errors import ConfigurationError
from botcore.evaluation.intents import Report, evaluate_files
from botcore.evaluation.text import render_text
from botcore.intents.base import Examples


def written(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = [json.dumps({"text": text, "intent": intent, "language": code}) for text, intent, code in rows]
    path.write_text("\n".join(lines) + "\n\n", "utf-8")
    return path


@pytest.fixture
def report(shop: Examples, tmp_path: Path) -> Report:
    rows = [
        (text, intent, code)
        for intent, said in shop.items()
        for code, texts in said.items()
        for text in texts
    ]
    strange = [
        ("zebras eat grass", "oos", "en"),
        ("the moon is far", "oos", "en"),
        ("月亮绕着地球转", "oos", "zh"),
    ]
    asked = [
        ("track the order", "track_order", "en"),
        ("我想退款", "refund", "zh"),
        ("zebras", "refund", "en"),
    ]
    return evaluate_files(
        written(tmp_path / "train.jsonl", rows + strange),
        written(tmp_path / "test.jsonl", asked),
        written(tmp_path / "oos.jsonl", [("qwxz kjhg", "oos", "en"), ("track my order", "oos", "en")]),
    )


def test_every_promised_figure_is_there(report: Report) -> None:
    plain = json.loads(json.dumps(report.as_json()))
    assert plain["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert plain["oos_recall"] == 0.5
    assert plain["balanced"]["oos_recall"] == 0.5
    assert plain["balanced"]["in_scope_accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert {"macro_f1", "in_scope_accuracy", "train_seconds", "ms_per_query"} <= plain.keys()


def test_confusions_and_intents_are_listed(report: Report) -> None:
    assert [(row.intent, row.texts) for row in report.intents] == [("refund", 2), ("track_order", 1)]
    assert report.confusions[0].intent == "refund"
    refund = report.intents[0]
    assert (refund.precision, refund.recall, refund.f1) == (1.0, 0.5, pytest.approx(2 / 3, abs=1e-3))


def test_a_person_reads_the_same_figures(report: Report) -> None:
    text = render_text(report)
    assert "66.7 %" in text
    assert "refund taken for" in text


def test_without_texts_out_of_scope_nothing_is_refused(shop: Examples, tmp_path: Path) -> None:
    rows = [(text, intent, "en") for intent, said in shop.items() for text in said["en"]]
    path = written(tmp_path / "train.jsonl", rows)
    report = evaluate_files(path, path)
    assert report.oos_recall is None
    assert report.in_scope_accuracy == report.accuracy == 1.0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no rows"),
        (b"{}\n", "line 1"),
        (b'{"text": 1}\n', "line 1"),
        (b"\xff\xfe\n", "line 1"),
        (b"not json\n", "line 1"),
    ],
)
def test_a_faulty_file_is_named_with_the_line(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=fault):
        evaluate_files(path, path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.jsonl"):
        evaluate_files(tmp_path / "nowhere.jsonl", tmp_path / "nowhere.jsonl")
