"""`botcore intents add`: what somebody said becomes an example, and the file keeps its author's hand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from botcore.cli.main import run

FILE = "config/intents.toml"
WRITTEN = """# Our own words. Keep them short.

[greeting] # people are friendly
en = [
    "ahoy",  # sailors
    'top of the morning',
]

[oos]
zh = ["天上有几颗星"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOTCORE_TEST_VLLM_VENV", raising=False)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/botcore.toml").write_text('[plugins]\nenabled = ["assistant"]', "utf-8")
    return tmp_path


def examples(folder: Path) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((folder / FILE).read_text("utf-8"))


def test_a_first_example_makes_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["intents", "add", "howdy partner", "greeting"]) == 0
    assert examples(folder) == {"greeting": {"en": ["howdy partner"]}}
    assert "Added to [greeting] en" in capsys.readouterr().out


def test_an_example_joins_its_list_and_all_else_stays_as_it_was(folder: Path) -> None:
    (folder / FILE).write_text(WRITTEN, "utf-8")
    for text, intent, *more in (
        ('he said "yo" \\o/', "greeting"),
        ("-h is what I say", "greeting"),
        ("您吉祥呀", "greeting"),
        ("月亮有多重呢", "oos"),
        ("bis die Tage dann", "goodbye", "--language", "de"),
    ):
        assert run(["intents", "add", text, intent, *more]) == 0
    assert examples(folder) == {
        "greeting": {
            "en": ["ahoy", "top of the morning", 'he said "yo" \\o/', "-h is what I say"],
            "zh": ["您吉祥呀"],
        },
        "oos": {"zh": ["天上有几颗星", "月亮有多重呢"]},
        "goodbye": {"de": ["bis die Tage dann"]},
    }
    text = (folder / FILE).read_text("utf-8")
    for kept in ("# Our own words. Keep them short.", "# people are friendly", "# sailors"):
        assert kept in text


def test_an_example_that_is_there_already_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / FILE).write_text(WRITTEN, "utf-8")
    assert run(["intents", "add", "  AHOY ", "greeting"]) == 0
    assert run(["intents", "add", "good morning", "greeting"]) == 0
    assert (folder / FILE).read_text("utf-8") == WRITTEN
    assert capsys.readouterr().out.count("nothing was changed") == 2


def test_a_text_of_another_intent_is_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / FILE).write_text(WRITTEN, "utf-8")
    assert run(["intents", "add", "ahoy", "goodbye"]) == 1
    assert "'ahoy' is an example of 'greeting' already" in capsys.readouterr().err
    assert (folder / FILE).read_text("utf-8") == WRITTEN


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["hi there you", "greting"], "did you mean greeting"),
        (["", "greeting"], "text"),
        (["   ", "greeting"], "text"),
        (["a\0b", "greeting"], "text"),
        (["\u202eabc", "greeting"], "text"),
        (["x" * 5000, "greeting"], "480 characters"),
        (["hello you", "greeting", "--language", "English"], "--language"),
    ],
)
def test_what_can_be_no_example_is_bad_usage(
    folder: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["intents", "add", *arguments]) == 2
    assert problem in capsys.readouterr().err
    assert not (folder / FILE).exists()


def test_a_file_with_mistakes_is_told_and_left_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / FILE).write_text("[greeting\n", "utf-8")
    assert run(["intents", "add", "howdy partner", "greeting"]) == 2
    assert FILE in capsys.readouterr().err
    assert (folder / FILE).read_text("utf-8") == "[greeting\n"
