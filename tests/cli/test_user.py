"""`botcore user`: an operator gives a person their data, and erases it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.service import Service, botcore

ADA, BOB = "cli:ada-7340912856", "cli:bob-5518273640"
WORDS = "zebrafinch"


@pytest.fixture(scope="module")
def talked(folder: Path, running: Service) -> Path:
    """Two people have talked to the running service, one of them about finches."""
    for user, text in ((ADA, f"remember that I like {WORDS}es"), (BOB, "remember that I like quokkas")):
        name = user.partition(":")[2]
        botcore(folder, "ask", text, "--user", name, "--conversation", f"of-{name[:3]}", "--json")
        botcore(folder, "ask", "/human", "--user", name, "--conversation", f"of-{name[:3]}", "--json")
    return folder


def test_all_that_is_kept_of_a_person_is_given_out_as_json_or_into_a_new_file(talked: Path) -> None:
    given = json.loads(botcore(talked, "user", "export", ADA, "--json").stdout)
    assert given["person"] == ADA
    [conversation] = given["conversations"]
    assert conversation["address"] == "cli:of-ada"
    assert not conversation["shared_with_others"]
    assert conversation["history"][0]["text"] == f"remember that I like {WORDS}es"
    assert [note["text"] for note in given["notes"]] == [f"I like {WORDS}es"]
    assert [row["person_id"] for row in given["records"]["handovers"]] == ["ada-7340912856"]
    assert len(given["traces"]) == 2
    assert "quokka" not in json.dumps(given)
    file = talked / "ada.json"
    told = botcore(talked, "user", "export", ADA, "--out", str(file))
    assert "ada.json" in told.stdout
    assert json.loads(file.read_text())["notes"] == given["notes"]
    assert file.stat().st_mode & 0o077 == 0
    again = botcore(talked, "user", "export", ADA, "--out", str(file))
    assert (again.returncode, again.stdout) == (1, "")
    assert "there already" in again.stderr


def test_nothing_is_erased_without_a_yes(talked: Path) -> None:
    asked = botcore(talked, "user", "erase", ADA)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr


def test_an_erased_person_is_in_no_file_while_the_bot_runs_on(talked: Path) -> None:
    erased = json.loads(botcore(talked, "user", "erase", ADA, "--yes", "--json").stdout)
    assert erased["erased"]["conversations"] == 1
    assert "logs that you collect" in erased["outside"]
    assert _files_with(talked / "data", WORDS) == []
    assert _files_with(talked / "data", "ada-7340912856") == []
    assert json.loads(botcore(talked, "user", "export", BOB, "--json").stdout)["notes"]
    nothing = botcore(talked, "user", "erase", ADA, "--yes")
    assert nothing.returncode == 0
    assert "Nothing was kept" in nothing.stdout


def _files_with(folder: Path, word: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any("valkey" in str(path) for path in files)
    return [str(path) for path in files if word.encode() in path.read_bytes()]


def test_a_name_that_is_none_is_told(folder: Path) -> None:
    for command, name in (("erase", "telegram:"), ("export", "")):
        told = botcore(folder, "user", command, name)
        assert told.returncode == 2
        assert "CHANNEL:PERSON" in told.stderr
