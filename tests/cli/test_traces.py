"""`botcore trace`: the operator finds out why the bot said what it said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.service import botcore


@pytest.fixture(scope="module")
def reference(folder: Path) -> str:
    """Of a turn about opening hours."""
    asked = botcore(folder, "ask", "What are your opening hours?", "--json", "--conversation", "c1")
    found: str = json.loads(asked.stdout)["trace_id"]
    return found


def test_the_latest_turns_are_listed_with_who_answered_and_why(folder: Path, reference: str) -> None:
    listed = botcore(folder, "trace", "list", "--json")
    [trace] = json.loads(listed.stdout)["traces"]
    assert trace["reference"] == reference
    assert trace["address"] == "cli:c1"
    assert (trace["plugin"], trace["intent"]) == ("customer_service", "opening_hours")
    assert "customer_service" in botcore(folder, "trace", "list").stdout
    assert json.loads(botcore(folder, "trace", "list", "--conversation", "web:x", "--json").stdout) == {
        "traces": []
    }


def test_one_turn_is_shown_stage_by_stage_with_what_was_said(folder: Path, reference: str) -> None:
    shown = botcore(folder, "trace", "show", reference[:6]).stdout
    assert "What are your opening hours?" in shown
    assert "detect" in shown
    assert "opening_hours" in shown
    assert json.loads(botcore(folder, "trace", "show", reference, "--json").stdout)["tries"] == 1


def test_a_turn_is_asked_again_to_see_who_would_answer_now(folder: Path, reference: str) -> None:
    again = json.loads(botcore(folder, "trace", "replay", reference, "--json").stdout)
    assert again["said"] == "What are your opening hours?"
    assert again["now"]["plugin"] == again["then"]["plugin"] == "customer_service"
    assert "Monday to Friday" in again["now"]["replies"][0]["text"]


def test_an_unknown_reference_says_where_else_to_look(folder: Path, reference: str) -> None:
    for command in ("show", "replay"):
        done = botcore(folder, "trace", command, "0" * 16)
        assert done.returncode == 1
        assert "log.traces" in done.stderr
        assert not done.stdout
