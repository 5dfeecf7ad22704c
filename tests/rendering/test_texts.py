"""Plain text, HTML, formulas, choices: the forms for terminals, mail, and those who answer by number."""

from __future__ import annotations

import time

import pytest

from botcore.channels.rendering import (
    Limits,
    choice,
    render_discord,
    render_html,
    render_plain,
    render_telegram,
    split,
)
from botcore.channels.rendering.formulas import formula
from botcore.channels.rendering.tree import Code, Text
from botcore.types import Attachment, Reply, Source


def test_plain_text_says_addresses_choices_sources_and_pictures() -> None:
    reply = Reply(
        "**See** [page](https://example.org)\n\n> quoted",
        buttons=("Yes", "No"),
        attachments=[Attachment("shoe.png", "image/png", url="https://example.org/s.png", alt="A red shoe")],
        sources=[Source("Manual", "https://example.org/m")],
    )
    assert render_plain(reply) == (
        "See page (https://example.org)\n\n> quoted\n\n1. Yes\n2. No\n\n[1] Manual (https://example.org/m)\n\n"
        "[shoe.png: A red shoe] https://example.org/s.png"
    )


def test_plain_text_wraps_with_a_hanging_indent_and_leaves_code_alone() -> None:
    shown = render_plain(
        Reply("- one two three four\n\n```\na very long line of code\n```\n\n中文字符很多很多很多"), width=16
    )
    assert shown == "• one two three\n  four\n\na very long line of code\n\n中文字符很多很多\n很多"


def test_html_is_escaped_and_loads_nothing() -> None:
    page = render_html(
        Reply('<script>x</script> **b** ![p](https://example.org/p.png) [x](javascript:1) "q"')
    )
    assert page == (
        "<p>&lt;script&gt;x&lt;/script&gt; <strong>b</strong> "
        '<a href="https://example.org/p.png" rel="noopener noreferrer nofollow">🖼 p</a> '
        "[x](javascript:1) &quot;q&quot;</p>"
    )


def test_html_has_tables_lists_and_spoilers() -> None:
    page = render_html(Reply("| a | b |\n|---|--:|\n| 1 | 2 |\n\n3. x\n4. ||y||"))
    assert '<th align="right">b</th>' in page
    assert '<ol start="3"><li>x</li><li><span data-mx-spoiler>y</span></li></ol>' in page


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"x^2 + y_1^{n+1}", "x² + y₁ⁿ⁺¹"),
        (r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}", "(-b ± √(b²-4ac))/(2a)"),
        (r"\frac{1}{2}x", "(1/2)x"),
        (r"2\frac13", "2 1/3"),
        (r"\frac{a}{b}^2", "(a/b)²"),
        (r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", "∑ᵢ₌₁ⁿ i = n(n+1)/2"),
        (r"\alpha x \le \infty", "αx ≤ ∞"),
        (r"90^\circ", "90°"),
        (r"\vec{v} \in \mathbb{R}^3", "v⃗ ∈ ℝ³"),
        (r"x^{1/2}", "x^(1/2)"),
    ],
)
def test_a_formula_reads_the_same_in_one_line(tex: str, shown: str) -> None:
    assert formula(tex) == Text(shown)


@pytest.mark.parametrize("tex", [r"\begin{matrix}1\end{matrix}", "{" * 500, "x_{", r"\unknown x", "}", "^"])
def test_a_formula_that_no_line_can_show_stays_as_it_was_typed(tex: str) -> None:
    assert formula(tex) == Code(tex)


def test_a_formula_in_its_own_lines_is_read_too() -> None:
    assert (
        render_plain(Reply("So\n\n$$\nE = mc^2\n$$\n\nand \\[ a \\ne b \\]")) == "So\n\nE = mc²\n\nand a ≠ b"
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2", "No"), (" (1) ", "Yes"), ("2.", "No"), ("3", None), ("0", None), ("two", None), ("²", None)],
)
def test_a_number_means_the_choice_beside_it(said: str, meant: str | None) -> None:
    assert choice(said, ("Yes", "No")) == meant


def test_a_definition_that_no_link_uses_is_shown() -> None:
    assert (
        render_plain(Reply("It is so (1).\n\n[1]: https://example.org/a"))
        == "It is so (1).\n\n[1]: https://example.org/a"
    )
    assert (
        render_plain(Reply("[It is so][1].\n\n[1]: https://example.org/a"))
        == "It is so (https://example.org/a)."
    )


def test_deeply_nested_quotes_and_lists_lose_nothing() -> None:
    for opener in ("> ", "- ", "> - ", "1. "):
        assert render_plain(Reply(opener * 200 + "end")).endswith("end")


def test_a_whole_paragraph_is_kept_together_and_only_spaces_go() -> None:
    assert split("One two.\n\nThree four five.", 20) == ["One two.", "Three four five."]
    assert split("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert split("👩‍👩‍👧x" * 3, 10) == ["👩‍👩‍👧x"] * 3


ANSWER = """## Returning an order

You can return **any item within 30 days** of delivery. Keep the receipt, since the *refund* goes to the card that paid.
If the parcel was damaged, take two pictures before you unpack it, and send them with `order-number` in the subject.

1. Open [your orders](https://shop.example.org/orders) and choose the item.
2. Press **Return** and pick a reason.

| Item | Days |
|---|--:|
| Shoes | 30 |

"""
RENDERERS = [
    lambda reply: render_discord(reply, Limits(2000, messages=50)),
    render_telegram,
    render_plain,
    render_html,
]


@pytest.mark.parametrize("render", RENDERERS)
def test_ten_thousand_characters_take_under_twenty_milliseconds(render) -> None:  # type: ignore[no-untyped-def]
    reply = Reply((ANSWER * 30)[:10_000])
    assert min(_seconds(render, reply) for _ in range(10)) < 0.020


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize(
    "opener",
    ["[", "![", "*", "*a **a ", "> ", "- ", "- a\n", "||", "`", "``x ", "$", "$$\n", "\\[", "\\(x", "<u>", "[a](", "[a]: b\n", "|", "|a|\n|-|\n", "https://a.b/((", "\u0301", "👩\u200d", "\ud83d", "\0", "\u202e", "x", "\n"],
)  # fmt: skip
def test_a_hundred_thousand_openers_do_not_hang(render, opener: str) -> None:  # type: ignore[no-untyped-def]
    assert _seconds(render, Reply((opener * 100_000)[:100_000])) < 5


@pytest.mark.parametrize("render", RENDERERS)
def test_a_megabyte_does_not_hang(render) -> None:  # type: ignore[no-untyped-def]
    assert _seconds(render, Reply("Some **words** and a [link](https://example.org). " * 20_000)) < 5


def _seconds(render, reply: Reply) -> float:  # type: ignore[no-untyped-def]
    start = time.process_time()
    render(reply)
    return time.process_time() - start
