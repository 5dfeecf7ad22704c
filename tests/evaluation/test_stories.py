"""Stories: how they are written, what they find, and what their mistakes are told like."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from botcore.cli.main import run
from botcore.errors import BotcoreError, ConfigurationError
from botcore.evaluation.stories import Exchange, Heard, Story, Told, read_stories, render_line, tell
from botcore.evaluation.stories.telling import compare
from botcore.types import TurnSummary

TOML = """
[[story]]
name = "A visit"
locale = "en-GB"
model = ["Hello.", {call = "weather", arguments = {place = "Bonn"}}]
[[story.turn]]
start = true
[[story.turn]]
say = "I want to visit you"
contains = "day"
buttons = ["Today", "Tomorrow"]
slots = {people = 4}
[[story.turn]]
press = "Today"
lacks = ["sorry", "guess"]
"""
MARKDOWN = """# Stories of the shop

They were written by the shop's team.

## A visit
- locale: en-GB
- model: Hello.

> I want to visit you,
> if I may
- contains: day
- contains: hour
- buttons: Today | Tomorrow
- slots: people = 4 | name = Ann

> Today
- lacks: sorry
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    [(_, story)] = read_stories([written(tmp_path, "visit.toml", TOML)])
    assert story.name == "A visit"
    assert [turn.said for turn in story.turn] == ["(opens the conversation)", "I want to visit you", "Today"]
    assert story.turn[1].slots == {"people": 4}
    assert story.model is not None
    assert len(story.model) == 2


def test_a_markdown_file_is_read(tmp_path: Path) -> None:
    [(_, story)] = read_stories([written(tmp_path, "visit.md", MARKDOWN)])
    assert (story.name, story.locale, story.model) == ("A visit", "en-GB", ("Hello.",))
    first, second = story.turn
    assert first.say == "I want to visit you,\nif I may"
    assert first.contains == ("day", "hour")
    assert first.buttons == ("Today", "Tomorrow")
    assert first.slots == {"people": "4", "name": "Ann"}
    assert second.lacks == ("sorry",)


def test_a_folder_stands_for_its_files_without_its_readme(tmp_path: Path) -> None:
    written(tmp_path, "b.toml", TOML)
    written(tmp_path, "a.md", MARKDOWN)
    written(tmp_path, "README.md", "## No story\nat all")
    assert [path.name for path, _ in read_stories([tmp_path])] == ["a.md", "b.toml"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.toml", "[[story", "end of document"),
        ("a.toml", "[[story]]\nname = 'x'\nturn = []", "has no turn"),
        ("a.toml", "[[story]]\nname='x'\n[[story.turn]]\nsay='hi'\ncontain='x'", "contain"),
        (
            "a.toml",
            "[[story]]\nname='x'\n[[story.turn]]\ncontains='x'",
            "exactly one of say, press and start",
        ),
        ("a.toml", "[[story]]\nname='x'\n[[story.turn]]\nsay='hi'\npattern='('", "regular expression"),
        ("a.toml", "[[story]]\nname='x'\n[[story.turn]]\nsay=3", "str"),
        ("a.md", "## x\n> hi\nhello", "line 3"),
        ("a.md", "## x\n> hi\n- intent: a\n- intent: b", "line 4"),
        ("a.md", "## x\n> hi\n- slots: people", "name = value"),
        ("a.md", "nothing here", "there are none"),
        ("a.txt", "hello", ".toml or .md"),
        ("a.toml", "x = " + "[" * 5000, "nested"),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, name: str, text: str, problem: str) -> None:
    path = written(tmp_path, name, text)
    with pytest.raises(ConfigurationError, match="mistake") as caught:
        read_stories([path])
    assert problem in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_text_and_one_that_is_not_there_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError) as caught:
        read_stories([tmp_path / "a.toml", tmp_path / "b.toml"])
    assert len(caught.value.faults) == 2


SUMMARY = TurnSummary("t", plugin="shop", intent="visit", by="form", language="en")
HEARD = Heard("On which day?", SUMMARY, ["Today"], ["Opening hours"], {"people": 4}, ["weather"])


@pytest.mark.parametrize(
    "met",
    [
        {"exact": " On which day?\n"},
        {"contains": ["which", "day"]},
        {"lacks": "hour"},
        {"pattern": "d.y"},
        {"buttons": ["Today"]},
        {"sources": ["Opening hours"]},
        {"plugin": "shop", "intent": "visit", "by": "form", "language": "en"},
        {"slots": {"people": "4"}},
        {"tools": ["weather"]},
    ],
)
def test_what_is_as_expected_passes(met: dict[str, object]) -> None:
    assert not list(compare(msgspec.convert({"say": "hi", **met}, Exchange), HEARD))


@pytest.mark.parametrize(
    ("expectation", "value"),
    [
        ("exact", "On which day"),
        ("contains", "hour"),
        ("lacks", "day"),
        ("pattern", "^day"),
        ("buttons", []),
        ("sources", []),
        ("intent", ""),
        ("handler", "visit"),
        ("slots", {"people": 5}),
        ("slots", {"name": "Ann"}),
        ("tools", []),
    ],
)
def test_what_is_not_as_expected_is_told(expectation: str, value: object) -> None:
    [missed] = compare(msgspec.convert({"say": "hi", expectation: value}, Exchange), HEARD)
    assert missed.expectation.startswith(expectation)
    assert missed.expected != missed.got


class Parrot:
    """A bot that repeats what is said, offers one button, and falls silent at `mute`."""

    @asynccontextmanager
    async def begin(self, story: Story) -> AsyncIterator[Parrot]:
        yield self

    async def do(self, exchange: Exchange) -> Heard:
        if exchange.said == "mute":
            raise BotcoreError("the bot is mute")
        return Heard(exchange.said, SUMMARY, ["Again"])


async def told(*turns: Exchange) -> Told:
    [one] = [one async for one in tell([(Path("a.toml"), Story(name="x", turn=turns))], Parrot())]
    return one


async def test_a_story_ends_at_the_first_turn_that_fails() -> None:
    one = await told(Exchange(say="a"), Exchange(say="b", exact="c"), Exchange(say="d"))
    assert (one.passed, one.turns, one.said) == (False, 2, "b")
    line = render_line(one)
    assert line.startswith("✗ x")
    assert "expected: c" in line
    assert "got:      b" in line


async def test_a_button_that_was_not_offered_can_not_be_pressed() -> None:
    assert (await told(Exchange(say="a"), Exchange(press="Again"))).passed
    one = await told(Exchange(say="a"), Exchange(press="Never"))
    assert [missed.got for missed in one.missed] == ["Again"]


async def test_a_bot_that_does_not_answer_fails_the_story() -> None:
    one = await told(Exchange(say="mute"))
    assert [missed.got for missed in one.missed] == ["the bot is mute"]


FORM = """
import datetime
from pydantic import BaseModel
from botcore import Context, Plugin

class Visit(BaseModel):
    people: int
    day: datetime.date

plugin = Plugin("visits")

@plugin.form("visit", Visit, examples=["I want to visit you", "may I come by?"])
async def visit(ctx: Context, visit: Visit) -> str:
    return f"{visit.people} people on {visit.day:%d %B}."
"""
STORY = """
## A table for four
> I want to visit you
- intent: visit
> four people
- slots: people = 4
> 24 December 2030
- slots: people = 4 | day = 2030-12-24
> yes
- exact: 4 people on 24 December.
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plugin of its own, one story of it, and a configuration."""
    folder = tmp_path / "plugins" / "visits"
    (folder / "stories").mkdir(parents=True)
    written(folder, "plugin.py", FORM)
    written(folder / "stories", "table.md", STORY)
    written(tmp_path, "bot.toml", '[plugins]\nenabled = ["visits"]')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOTCORE_TEST_VLLM_VENV", raising=False)
    return tmp_path


def test_the_command_tells_the_stories_of_the_plugins(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "stories", "--config", "bot.toml"]) == 0
    shown = capsys.readouterr().out
    assert "✓ A table for four  (4 turns" in shown
    assert "1 of 1 stories passed, 4 turns without a channel" in shown


def test_a_failing_story_is_exit_code_1_and_one_json_object(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = written(shop, "wrong.md", STORY.replace("day = 2030-12-24", "day = 2030-12-25"))
    assert run(["eval", "stories", str(wrong), "--config", "bot.toml", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["stories"], report["failed"]) == (1, 1)
    [failure] = report["failures"]
    assert (failure["turns"], failure["said"]) == (3, "24 December 2030")
    assert failure["missed"] == [{"expectation": "slots.day", "expected": "2030-12-25", "got": "2030-12-24"}]


def test_a_story_is_told_on_the_channel_that_the_command_names(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", "stories", "--channel", "telegram", "--config", "bot.toml", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["channel"], report["passed"], report["turns"]) == ("telegram", 1, 4)


def test_stories_leave_nothing_in_the_data_folder_but_what_was_learned(shop: Path) -> None:
    assert run(["eval", "stories", "--config", "bot.toml", "--json"]) == 0
    assert [path.name for path in (shop / "data").iterdir()] == ["models"]
