"""The HTML report and cross-validation: what an operator reads about the bot's examples."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from botcore.cli.main import run
from botcore.errors import ConfigurationError
from botcore.evaluation.crossing import cross_validate
from botcore.evaluation.intents import Report, evaluate
from botcore.evaluation.matrix import draw_matrix
from botcore.evaluation.page import render_html
from botcore.evaluation.rows import LabelledText
from botcore.evaluation.text import render_text

HOURS = [
    "when do you open",
    "what time do you close",
    "opening hours please",
    "are you open on sunday",
    "open today",
]
MONEY = [
    "i want my money back",
    "refund me please",
    "how do i get a refund",
    "please give me a refund",
    "money back",
]
ROWS = [LabelledText(text, name) for name, texts in (("hours", HOURS), ("money", MONEY)) for text in texts]
STRANGE = [LabelledText(text, "oos") for text in ("zebras eat grass", "the moon is far away", "sing a song")]


@pytest.fixture
def report() -> Report:
    asked = [
        LabelledText("when are you open", "hours"),
        LabelledText("open <img src=x onerror=alert(1)> what time do you close on sunday", "money"),
    ]
    return evaluate(ROWS, asked, [LabelledText("zebras")])


class Reader(HTMLParser):
    """Which elements a page has, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_figures_picture_and_tables(report: Report) -> None:
    page = Reader(render_html(report))
    assert {"svg", "table", "dl"} <= page.tags
    for part in ("accuracy", "50.0 %", "Confusion matrix", "hardest first", "money"):
        assert part in page.text


def test_what_people_said_is_text_and_the_page_loads_and_runs_nothing(report: Report) -> None:
    page = Reader(render_html(report))
    assert not {"script", "img", "link", "iframe", "object"} & page.tags
    assert not {"src", "href", "onerror"} & page.attributes
    assert "open <img src=x onerror=alert(1)> what" in page.text


def test_the_picture_has_a_square_for_every_pair_that_occurred() -> None:
    picture = draw_matrix(["a", "b<"], {("a", "a"): 3, ("a", "b<"): 1, ("b<", "b<"): 2})
    squares = [one for one in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect") if len(one)]
    told = {one[0].text: float(one.get("fill-opacity", 0)) for one in squares}
    assert set(told) == {"a taken for a: 3 of 4", "a taken for b<: 1 of 4", "b< taken for b<: 2 of 2"}
    assert (
        told["b< taken for b<: 2 of 2"]
        == 1.0
        > told["a taken for a: 3 of 4"]
        > told["a taken for b<: 1 of 4"]
    )


@pytest.mark.parametrize("number", [0, 1, 300])
def test_any_number_of_intents_makes_a_picture(number: int) -> None:
    names = [f"intent_{n}" for n in range(number)]
    picture = ET.fromstring(draw_matrix(names, {(name, name): 1 for name in names}))
    assert float(picture.get("width", 0)) < 1400


def test_every_example_is_asked_about_once_without_having_been_learned() -> None:
    lone = LabelledText("zzz qqq", "lone")
    rows = [*ROWS, *STRANGE, lone]
    report = cross_validate(rows, 5)
    assert (report.folds, report.examples, report.texts, report.texts_out_of_scope) == (5, 14, 11, 3)
    scores = {row.intent: row.recall for row in report.intents}
    assert scores["lone"] == 0.0, "it was held back, and so could not be learned"
    assert scores["hours"] >= 0.6
    assert report == _without_times(cross_validate(rows, 5), report)


def _without_times(one: Report, other: Report) -> Report:
    import msgspec

    return msgspec.structs.replace(one, train_seconds=other.train_seconds, ms_per_query=other.ms_per_query)


def test_the_author_is_told_what_to_do() -> None:
    rows = [
        *ROWS,
        LabelledText("money back", "hours"),
        LabelledText("Refund me, please", "money"),
        LabelledText("salut", "hello", "fr"),
    ]
    report = cross_validate(rows, 2)
    text = render_text(report)
    assert "'money back' is an example of 'hours' and of 'money'" in text
    assert "'hello' has 1 example in 'fr'" in text
    assert "twenty of them under the name 'oos'" in text
    assert "cross-validated in 2 parts" in text


def test_confused_intents_are_named_with_an_example() -> None:
    same = ["book a table", "book a table for two", "a table please", "reserve a table", "i need a table"]
    rows = [
        LabelledText(f"{text} {end}", name)
        for name, end in (("book", "now"), ("reserve", "today"))
        for text in same
    ]
    mixed = [LabelledText(one.text.rsplit(" ", 1)[0] + f" x{n}", one.intent) for n, one in enumerate(rows)]
    suggestions = cross_validate(mixed, 5).suggestions
    [said] = [one for one in suggestions if "are confused" in one]
    assert "'book' and 'reserve' are confused" in said
    assert "a table" in said


@pytest.mark.parametrize(("folds", "rows"), [(1, ROWS), (51, ROWS), (5, []), (5, ROWS[:3]), (5, STRANGE)])
def test_what_can_not_be_crossed_is_refused(folds: int, rows: list[LabelledText]) -> None:
    with pytest.raises(ConfigurationError, match="--cross-validate"):
        cross_validate(rows, folds)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOTCORE_TEST_VLLM_VENV", raising=False)
    rows = [json.dumps({"text": row.text, "intent": row.intent}) for row in ROWS]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), "utf-8")
    return tmp_path


def test_the_command_writes_the_page_beside_its_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(
            ["eval", "intents", "--train", "rows.jsonl", "--test", "rows.jsonl", "--html", "r.html", "--json"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1.0
    assert (folder / "r.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_bots_own_examples_are_crossed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bot.toml").write_text('[plugins]\nenabled = ["assistant"]', "utf-8")
    counts = []
    for own in ("", '[greeting]\nen = ["ahoy there, matey"]'):
        (folder / "config").mkdir(exist_ok=True)
        (folder / "config/intents.toml").write_text(own, "utf-8")
        assert run(["eval", "intents", "--cross-validate", "3", "--config", "bot.toml", "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["folds"] == 3
        counts += [row["texts"] for row in report["intents"] if row["intent"] == "greeting"]
    assert counts[1] == counts[0] + 1, "the plugins' and the operators'"


@pytest.mark.parametrize(
    "arguments", [[], ["--train", "rows.jsonl"], ["--cross-validate", "5", "--test", "rows.jsonl"]]
)
def test_arguments_that_don_t_fit_together_are_bad_usage(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", "intents", *arguments]) == 2
    assert "cross-validate" in capsys.readouterr().err


def test_a_page_that_can_not_be_written_is_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--train", "rows.jsonl", "--test", "rows.jsonl", "--html", "no/where/r.html"]
    assert run(["eval", "intents", *arguments]) == 1
    assert "can't be written" in capsys.readouterr().err
