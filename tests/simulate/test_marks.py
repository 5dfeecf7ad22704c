"""Texts as Discord and Telegram display them."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings

from botcore.channels.rendering import Limits, render_discord, render_telegram
from botcore.channels.rendering.layout import Dialect, lay_out
from botcore.channels.rendering.parse import parse
from botcore.channels.rendering.urls import is_web
from botcore.testing.scenes.discord_marks import read_discord
from botcore.testing.scenes.marks import Mark, as_text
from botcore.testing.scenes.telegram_marks import read_telegram
from botcore.types import Reply
from tests.rendering.texts import ANSWERS, TEXTS

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and *it*", (Mark("bold", ("bold",)), " and ", Mark("italic", ("it",)))),
        ("__u__ ~~s~~", (Mark("underline", ("u",)), " ", Mark("strike", ("s",)))),
        ("***both***", (Mark("bold", (Mark("italic", ("both",)),)),)),
        ("snake_case_name", ("snake_case_name",)),
        (r"\*no\* \_no\_", ("*no* _no_",)),
        ("`a*b*c` ``d`e``", (Mark("code", ("a*b*c",)), " ", Mark("code", ("d`e",)))),
        ("[w](https://e.org/a_(b))", (Mark("link", ("w",), "https://e.org/a_(b)"),)),
        ("<https://e.org>!", (Mark("link", ("https://e.org",), "https://e.org"), "!")),
        ("[w](javascript:alert(1))", ("[w](javascript:alert(1))",)),
        ("||hidden||", (Mark("spoiler", ("hidden",)),)),
        ("# Big\ntext", (Mark("heading", ("Big",), "1"), "\ntext")),
        ("#no heading", ("#no heading",)),
        ("> a\n> b\nc", (Mark("quote", ("a\nb",)), "\nc")),
        ("- a\n  - b", (Mark("item", ("a",), "0 •"), "\n", Mark("item", ("b",), "1 •"))),
        ("3. c", (Mark("item", ("c",), "0 3."),)),
        ("```py\nx = *1*\n```", (Mark("pre", ("x = *1*",), "py"),)),
        ("<@42> hi", (Mark("mention", ("@Ann",)), " hi")),
        ("**open", ("**open",)),
    ],
)
def test_discord_displays(written: str, shown: tuple[str | Mark, ...]) -> None:
    assert read_discord(written, lambda mention: {"@42": "Ann"}[mention]) == shown


def test_telegram_displays_entities_by_utf16_units_and_nested() -> None:
    text = "🙂 bold it code"
    entities = [
        {"type": "bold", "offset": 3, "length": 7},
        {"type": "italic", "offset": 8, "length": 2},
        {"type": "code", "offset": 11, "length": 4},
        {"type": "unknown", "offset": 0, "length": 2},
    ]
    assert read_telegram(text, entities) == (
        "🙂 ",
        Mark("bold", ("bold ", Mark("italic", ("it",)))),
        " ",
        Mark("code", ("code",)),
    )


def test_blocks_stand_on_lines_of_their_own() -> None:
    assert as_text(read_discord("a```\ncode\n```b\n> q")) == "a\ncode\nb\n▏ q"


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@quick
@given(TEXTS | ANSWERS)
def test_people_on_discord_read_every_word_of_an_answer_and_nothing_else(text: str) -> None:
    parts = render_discord(Reply(text), Limits(2000, messages=10_000))
    seen = "".join(as_text(read_discord(part.text)) for part in parts)
    dialect = Dialect(bullets=("- ",), table_columns=64, links=is_web, headings=3)
    assert letters(seen) == letters(lay_out(parse(text), dialect).text)


@quick
@given(TEXTS | ANSWERS)
def test_people_on_telegram_read_every_word_of_an_answer_and_nothing_else(text: str) -> None:
    parts = render_telegram(Reply(text), Limits(4096, messages=10_000))
    seen = [
        as_text(
            read_telegram(
                p.text, [{"type": e.type, "offset": e.offset, "length": e.length} for e in p.entities]
            )
        )
        for p in parts
    ]
    assert letters("".join(seen)) == letters("".join(part.text for part in parts))


@pytest.mark.parametrize("sign", ["*", "_", "`", "||", "[", "](", "**a", "> ", "- ", "\\", "<@", "```"])
def test_no_text_holds_the_reader_up(sign: str) -> None:
    began = time.monotonic()
    read_discord((sign * 2000)[:2000])
    assert time.monotonic() - began < 5
