"""`botcore eval knowledge`, `translation` and `tutoring`: as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.service import botcore

ROWS: dict[str, list[dict[str, Any]]] = {
    "questions": [{"question": "How much is the deposit?", "source": "lending.md", "contains": "150 euros"}],
    "pairs": [
        {"source": "Good morning", "target": "Buenos días"},
        {"source": "qwxz kjhg lmnp", "target": "nada"},
    ],
    "sums": [{"question": "what is 1/2 + 1/4", "answer": "0.75"}, {"question": "what is 2+2", "answer": 5}],
}


@pytest.fixture(scope="module")
def place(folder: Path) -> Path:
    for name, rows in ROWS.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "lent").mkdir()
    (folder / "lent" / "lending.md").write_text("# Lending\n\nThe deposit is 150 euros.\n", "utf-8")
    return folder


def evaluated(place: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """With no Apertium, wherever the test runs."""
    done = botcore(place, "eval", *arguments, "--json", settings={"PATH": ""})
    assert (done.returncode, done.stderr) == (code, "")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_knowledge_is_measured_on_a_folder_of_its_own_and_leaves_the_bots_documents_alone(
    place: Path,
) -> None:
    report = evaluated(place, "knowledge", "questions.jsonl", "--folder", "lent")
    assert (report["recall_at_1"], report["passages"], report["failures"]) == (1.0, 1, [])
    assert not list((place / "data").glob("*.db"))


def test_translation_is_measured_with_what_the_bot_has(place: Path) -> None:
    report = evaluated(place, "translation", "pairs.jsonl", "--from", "en", "--to", "es")
    assert (report["by"], report["refused"], report["chrf"]) == ({"memory": 0.5}, 0.5, 100.0)


@pytest.mark.slow
def test_a_limit_takes_the_first_rows(place: Path) -> None:
    report = evaluated(place, "translation", "pairs.jsonl", "--from", "en", "--to", "es", "--limit", "1")
    assert report["pairs"] == 1


def test_wrong_answers_of_the_tutor_are_a_failure(place: Path) -> None:
    report = evaluated(place, "tutoring", "sums.jsonl", code=1)
    assert (report["right"], report["wrong"]) == (1, 1)
    assert report["wrong_answers"][0]["line"] == 2


@pytest.mark.slow
def test_as_many_wrong_answers_as_are_allowed_are_no_failure(place: Path) -> None:
    assert evaluated(place, "tutoring", "sums.jsonl", "--max-wrong", "1")["wrong"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("knowledge", "sums.jsonl"), "sums.jsonl: line 1"),
        *(
            pytest.param(*rest, marks=pytest.mark.slow)
            for rest in [
                (
                    ("knowledge", "questions.jsonl", "--folder", "nowhere"),
                    "nowhere: folder: there is no document",
                ),
                (("tutoring", "pairs.jsonl"), "pairs.jsonl: line 2"),
                (("translation", "pairs.jsonl", "--from", "en", "--to", "es", "--limit", "0"), "--limit"),
            ]
        ),
    ],
)
def test_what_cant_be_measured_is_said_with_exit_code_2(
    place: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = botcore(place, "eval", *arguments)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_plugin_that_is_not_enabled_is_not_measured(place: Path) -> None:
    done = botcore(
        place, "eval", "tutoring", "sums.jsonl", settings={"BOTCORE_PLUGINS__ENABLED": '["assistant"]'}
    )
    assert done.returncode == 2
    assert "no enabled plugin can be measured as 'tutoring'" in done.stderr
