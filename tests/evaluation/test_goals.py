"""`botcore eval goals`: forms that follow whole dialogues, and how that is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from botcore.cli.main import run
from botcore.errors import ConfigurationError
from botcore.evaluation.goals import evaluate_goals

SCHEMA = [
    {
        "service_name": "Table_1",
        "slots": [
            {"name": "date", "is_categorical": False, "possible_values": []},
            {"name": "seats", "is_categorical": True, "possible_values": ["1", "2", "3"]},
            {"name": "meal", "is_categorical": True, "possible_values": ["lunch", "dinner"]},
            {"name": "city", "is_categorical": False, "possible_values": []},
        ],
    }
]


def user(text: str, **values: str) -> dict[str, object]:
    state = {"intent": "Book", "values": {slot: [value] for slot, value in values.items()}}
    return {
        "speaker": "USER",
        "text": text,
        "frames": [{"service": "Table_1", "actions": [], "state": state}],
    }


def system(*requested: str) -> dict[str, object]:
    actions = [["REQUEST", slot, []] for slot in requested]
    return {"speaker": "SYSTEM", "text": "?", "frames": [{"service": "Table_1", "actions": actions}]}


def written(folder: Path, *turns: dict[str, object]) -> tuple[Path, Path]:
    (folder / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    (folder / "dialogues.jsonl").write_text(json.dumps({"turns": turns}), "utf-8")
    return folder / "dialogues.jsonl", folder / "schema.json"


def test_a_dialogue_that_is_followed_to_its_end_is_right_in_every_turn(tmp_path: Path) -> None:
    report = evaluate_goals(
        *written(
            tmp_path,
            user("Dinner for 3 on March 8th", meal="dinner", seats="3", date="the 8th"),
            system("city"),
            user("San Jose", meal="dinner", seats="3", date="March 8th", city="San Jose"),
        )
    )
    assert (report.joint_goal_accuracy, report.value_recall, report.value_precision) == (1.0, 1.0, 1.0)
    assert (report.dialogues, report.turns) == (1, 2)


def test_one_wrong_value_makes_the_goal_wrong_and_what_was_not_said_is_told_apart(tmp_path: Path) -> None:
    report = evaluate_goals(
        *written(
            tmp_path,
            user("Dinner for 3", meal="dinner", seats="2"),
            system("city"),
            user("Rome", meal="dinner", seats="3", city="Rome", date="today"),
        )
    )
    assert report.joint_goal_accuracy == 0.0
    assert (report.turns, report.turns_said) == (2, 0)
    assert report.value_recall == pytest.approx(4 / 6, abs=1e-3)


def test_a_file_of_another_form_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dialogues, schema = written(tmp_path, user("hi"))
    schema.write_text("{}", "utf-8")
    with pytest.raises(ConfigurationError, match=r"schema\.json"):
        evaluate_goals(dialogues, schema)
    assert run(["eval", "goals", "--dialogues", str(tmp_path / "no"), "--schema", str(schema)]) == 2
    assert "mistake" in capsys.readouterr().err


def test_the_command_prints_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dialogues, schema = map(str, written(tmp_path, user("Dinner for 3", meal="dinner", seats="3")))
    assert run(["eval", "goals", "--dialogues", dialogues, "--schema", schema]) == 0
    assert json.loads(capsys.readouterr().out)["joint_goal_accuracy"] == 1.0
