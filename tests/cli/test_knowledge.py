"""`botcore kb` and `botcore desk`: what a support team does beside the chat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.service import botcore

SETTINGS = {
    "BOTCORE_KNOWLEDGE__FOLDER": "documents",
    "BOTCORE_PLUGINS__ENABLED": '["customer_service", "assistant"]',
}
LEASE = """# Lending cargo bicycles

## May I borrow a cargo bicycle?

You may borrow a cargo bicycle for a weekend; the deposit is 150 euros and is given back on Monday.
"""


@pytest.fixture(scope="module")
def place(folder: Path) -> Path:
    (folder / "documents").mkdir()
    (folder / "lending.md").write_text(LEASE, "utf-8")
    (folder / "broken.csv").write_text('a,b\n"never closed', "utf-8")
    return folder


def run(place: Path, *arguments: str) -> str:
    done = botcore(place, *arguments, settings=SETTINGS)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def listed(place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(place, "kb", "list", "--json"))["documents"]
    return found


def test_a_document_is_added_found_answered_from_and_removed(place: Path) -> None:
    assert "Lending cargo bicycles, 1 passage" in run(place, "kb", "add", "lending.md")
    [document] = listed(place)
    assert (document["title"], document["language"], document["chunks"]) == (
        "Lending cargo bicycles",
        "en",
        1,
    )
    found = run(place, "kb", "search", "How much is the deposit for a cargo bicycle?")
    assert "150 euros" in found
    answer = json.loads(run(place, "ask", "How much is the deposit for a cargo bicycle?", "--json"))
    assert answer["plugin"] == "customer_service"
    assert "150 euros" in answer["replies"][0]["text"]
    assert answer["sources"][0]["uri"].endswith("lending.md")
    assert "removed" in run(place, "kb", "remove", document["id"])
    assert listed(place) == []


@pytest.mark.parametrize(
    "command",
    [
        ("kb", "add", "broken.csv"),
        *(
            pytest.param(rest, marks=pytest.mark.slow)
            for rest in [("kb", "add", "missing.md"), ("kb", "remove", "none"), ("desk", "close", "none")]
        ),
    ],
)
def test_what_is_not_there_or_cant_be_read_is_a_sentence_and_exit_code_1(
    place: Path, command: tuple[str, ...]
) -> None:
    done = botcore(place, *command, settings=SETTINGS)
    assert done.returncode == 1
    assert command[-1] in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_who_asked_for_a_person_stands_at_the_desk_until_it_is_closed(place: Path) -> None:
    noted = run(place, "ask", "/human my parcel is lost", "--user", "ada")
    [request] = json.loads(run(place, "desk", "list", "--json"))["requests"]
    assert (request["reason"], request["person"]["id"]) == ("my parcel is lost", "ada")
    assert request["reference"] in noted
    assert "closed" in run(place, "desk", "close", request["reference"])
    assert "Nobody is waiting" in run(place, "desk", "list")
