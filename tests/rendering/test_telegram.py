"""What people see on Telegram."""

from __future__ import annotations

from botcore.channels.rendering import CAPTION, Entity, TelegramPart, render_telegram, utf16
from botcore.types import Reply


def only(text: str) -> TelegramPart:
    (part,) = render_telegram(Reply(text))
    return part


def test_formatting_becomes_entities_counted_in_utf16_units() -> None:
    part = only("👋 **hi** [page](https://example.org)")
    assert part.text == "👋 hi page"
    assert part.entities == (
        Entity("bold", 3, 2),
        Entity("text_link", 6, 4, url="https://example.org"),
    )


def test_every_kind_of_formatting_has_its_entity() -> None:
    part = only("# T\n\n*i* <u>u</u> ~~s~~ ||p|| `c`\n\n> q\n\n```py\nx\n```")
    kinds = [entity.type for entity in part.entities]
    assert kinds == ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "blockquote", "pre"]
    assert part.entities[-1].language == "py"


def test_signs_of_markdown_that_were_escaped_need_no_escape_here() -> None:
    assert only("5 \\* 3 < 20 & snake_case").text == "5 * 3 < 20 & snake_case"


def test_a_style_is_interrupted_by_the_code_in_it() -> None:
    part = only("**see `x` now**")
    assert part.entities == (Entity("bold", 0, 3), Entity("code", 4, 1), Entity("bold", 6, 3))


def test_code_in_a_link_gives_way_to_the_address() -> None:
    assert only("[`x`](https://example.org)").entities == (
        Entity("text_link", 0, 1, url="https://example.org"),
    )


def test_quotes_are_not_nested() -> None:
    assert [entity.type for entity in only("> a\n>> b").entities] == ["blockquote"]


def test_lists_have_bullets_by_depth() -> None:
    assert only("- a\n  - b\n    - c\n1. d\n2. e").text == "• a\n  ◦ b\n    ▪ c\n\n1. d\n2. e"


def test_a_table_is_drawn_in_a_fixed_font_and_a_wide_one_becomes_a_list() -> None:
    narrow = only("| 品名 | Qty |\n|---|--:|\n| 苹果 | 12 |")
    assert narrow.text == "品名 │ Qty\n─────┼────\n苹果 │  12"
    assert narrow.entities[0].type == "pre"
    wide = only(f"| Name | Text | Note |\n|---|---|---|\n| one | {'long ' * 12}| |")
    assert wide.text == f"• Name: one\n  Text: {('long ' * 12).strip()}\n  Note: –"


def test_a_table_with_links_keeps_them() -> None:
    part = only("| a | b |\n|---|---|\n| x | [page](https://example.org) |")
    assert part.entities[-1].url == "https://example.org"


def test_a_caption_has_1024_units() -> None:
    parts = render_telegram(Reply("😀 " * 600), CAPTION)
    assert [utf16(part.text) <= 1024 for part in parts] == [True, True]


def test_a_message_has_at_most_a_hundred_entities() -> None:
    parts = render_telegram(
        Reply(" ".join(f"[{number}](https://example.org/{number})" for number in range(120)))
    )
    assert sum(len(part.entities) for part in parts) == 120
    assert max(len(part.entities) for part in parts) <= 100


def test_an_address_that_telegram_would_drop_is_written_out() -> None:
    assert only("[ring us](tel:+49301234)").text == "ring us (tel:+49301234)"
    assert only("<a@example.org>").text == "a@example.org"


def test_a_script_address_never_becomes_a_link() -> None:
    part = only("[click](javascript:alert(1)) [file](file:///etc/passwd) <javascript:alert(1)>")
    assert part.entities == ()
    assert "javascript:alert(1)" in part.text
