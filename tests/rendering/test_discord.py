"""What people see on Discord."""

from __future__ import annotations

import pytest

from botcore.channels.rendering import DISCORD, Limits, Words, render_discord
from botcore.types import Reply, Source


def only(text: str) -> str:
    (part,) = render_discord(Reply(text))
    return part.text


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        (
            "**bold** *italic* ~~gone~~ ||secret|| <u>under</u>",
            "**bold** _italic_ ~~gone~~ ||secret|| __under__",
        ),
        ("in*ter*nal", "in*ter*nal"),
        ("# Title\n\ntext", "# Title\ntext"),
        ("##### Small", "**Small**"),
        ("[page](https://example.org/a_(b))", "[page](https://example.org/a_%28b%29)"),
        ("see https://example.org/a_b_c.", "see <https://example.org/a_b_c>."),
        ("[mail](mailto:a@example.org)", "mail (mailto:a@example.org)"),
        ("[a file](kb/returns.md)", "a file (kb/returns.md)"),
        ("![A red shoe](https://example.org/shoe.png)", "[🖼 A red shoe](https://example.org/shoe.png)"),
        ("- a\n  - b\n\n> quoted\n> more", "- a\n  - b\n\n> quoted\n> more"),
        ("```python\nprint(1)\n```", "```python\nprint(1)\n```"),
        ("area $\\pi r^2$ for $5 and $6", "area πr² for $5 and $6"),
        ("a<br>b", "a\nb"),
    ],
)
def test_formatting_is_written_in_discords_markdown(markdown: str, shown: str) -> None:
    assert only(markdown) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("5 * 3 * 2", "5 \\* 3 \\* 2"),
        ("snake_case_name", "snake\\_case\\_name"),
        ("a &lt;@123> and @everyone", "a \\<@123> and @everyone"),
        ("\\# not a title", "\\# not a title"),
        ("1\\. not a list", "1\\. not a list"),
        ("\\-# not small", "\\-# not small"),
        ("\\> not a quote", "\\> not a quote"),
    ],
)
def test_signs_that_the_author_did_not_mean_as_formatting_are_escaped(typed: str, shown: str) -> None:
    assert only(typed) == shown


def test_code_that_holds_backticks_cannot_end_its_own_block() -> None:
    text = only("````\nbefore\n```\nafter **x**\n````")
    assert text.startswith("```\nbefore\n")
    assert text.endswith("\nafter **x**\n```")
    assert text.count("```") == 2


def test_a_long_code_block_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"value_{number} = {number}" for number in range(300))
    parts = render_discord(Reply(f"Here:\n\n```python\n{code}\n```"))
    assert len(parts) == 3
    assert all(part.text.count("```python\n") == 1 and part.text.endswith("\n```") for part in parts)
    lines = [line for part in parts for line in part.text.split("\n") if line.startswith("value_")]
    assert lines == code.split("\n")


def test_an_indented_line_of_code_keeps_its_indent_after_a_cut() -> None:
    code = "\n".join(f"    call({number})  # {'x' * 30}" for number in range(20))
    parts = render_discord(Reply(f"```\n{code}\n```"), Limits(units=200))
    shown = [
        line
        for part in render_discord(Reply(f"```\n{code}\n```"), Limits(units=200, messages=50))
        for line in part.text.split("\n")
        if "call" in line
    ]
    assert parts[-1].file is not None
    assert shown == code.split("\n")


def test_a_long_answer_is_cut_at_a_paragraph_and_a_heading_stays_with_its_text() -> None:
    first, second = "word " * 240, "more " * 200
    parts = render_discord(Reply(f"{first}\n\n## Next\n\n{second}"))
    assert [part.text[:7] for part in parts] == ["word wo", "## Next"]


def test_a_link_is_never_cut() -> None:
    text = "word " * 394 + "[a rather long label](https://example.org/path/to/page)"
    parts = render_discord(Reply(text))
    assert [part.text.count("](https://example.org/path/to/page)") for part in parts] == [0, 1]


def test_bold_that_runs_over_a_cut_goes_on_in_the_next_message() -> None:
    parts = render_discord(Reply(f"**{'word ' * 600}end**"))
    assert len(parts) == 2
    assert all(part.text.startswith("**word") and part.text.endswith("**") for part in parts)


def test_more_than_five_messages_become_a_file_with_a_short_message() -> None:
    reply = Reply(
        "# Report\n\n" + "A sentence of the answer. " * 1000,
        sources=[Source("Manual", "https://example.org/m")],
    )
    (part,) = render_discord(reply, DISCORD, Words(file="全文在文件里。", file_name="全文.md"))
    assert part.file is not None
    assert part.file.name == "全文.md"
    assert part.file.data.decode().startswith("# Report\n\nA sentence")
    assert part.file.data.decode().endswith("[1] Manual https://example.org/m")
    assert part.text.startswith("# Report\n")
    assert part.text.endswith("全文在文件里。")
    assert len(part.text) < 700


def test_almost_ten_thousand_characters_come_as_five_messages() -> None:
    parts = render_discord(Reply("Nine words stand here in a row for you. " * 240))
    assert len(parts) == 5
    assert all(part.file is None for part in parts)


def test_buttons_stand_under_the_last_message() -> None:
    parts = render_discord(Reply("word " * 700, buttons=("Yes", "No")))
    assert [part.buttons for part in parts] == [(), ("Yes", "No")]


def test_labels_that_are_too_long_for_buttons_become_numbered_choices() -> None:
    (part,) = render_discord(Reply("Which one?", buttons=("x" * 81, "Short *one*")))
    assert part.buttons == ()
    assert part.text == f"Which one?\n1. {'x' * 81}\n2. Short \\*one\\*"


def test_sources_are_numbered_links_at_the_end() -> None:
    reply = Reply(
        "It takes 14 days [1].",
        sources=[Source("Returns [new]", "https://example.org/r"), Source("", "kb:7")],
    )
    (part,) = render_discord(reply)
    assert part.text.endswith("\n\n\\[1\\] [Returns \\[new\\]](https://example.org/r)\n\\[2\\] kb:7")


def test_an_empty_reply_makes_no_message() -> None:
    assert render_discord(Reply("")) == []
    assert render_discord(Reply(" \n\0")) == []
