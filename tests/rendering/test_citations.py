"""Citations: the `[1]` of a text leads to the source of that number."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botcore.channels.rendering import render_discord, render_html, render_plain, render_telegram
from botcore.types import Reply, Source
from tests.rendering.texts import ANSWERS, TEXTS

SOURCES = [
    Source("Returns", "https://shop.example/returns"),
    Source("A file", "kb://delivery.md"),
    Source("Script", "javascript:alert(1)"),
]


def test_a_number_is_a_link_where_its_source_is_on_the_web() -> None:
    reply = Reply("Thirty days **[1]**, see [2], [3], [4] and `[1]`.", sources=SOURCES)
    [discord] = render_discord(reply)
    assert "[\\[1\\]](https://shop.example/returns)" in discord.text
    [telegram] = render_telegram(reply)
    links = [one for one in telegram.entities if one.type == "text_link"]
    assert [telegram.text[one.offset : one.offset + one.length] for one in links] == ["[1]", "Returns"]
    html = render_html(reply)
    assert html.count('href="https://shop.example/returns"') == 2
    assert "<code>[1]</code>" in html
    assert "javascript" not in html
    assert "kb:" not in html


def test_plain_text_keeps_its_numbers_as_they_are() -> None:
    assert render_plain(Reply("Yes [1].", sources=SOURCES[:1])).startswith("Yes [1].\n")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS | ANSWERS, st.integers(1, 3))
def test_citations_change_no_word(text: str, number: int) -> None:
    said = f"{text}\n\nSo it is [{number}]."
    with_links = "".join(part.text for part in render_telegram(Reply(said, sources=SOURCES)))
    without = "".join(
        part.text for part in render_telegram(Reply(said, sources=[Source(s.title, "") for s in SOURCES]))
    )
    assert "".join(with_links.split()) == "".join(without.split())
