"""For any text and any limit: nothing is lost, nothing exceeds the limit, formatting is whole in every message."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from botcore.channels.rendering import (
    Limits,
    TelegramPart,
    render_discord,
    render_html,
    render_plain,
    render_telegram,
    split,
    utf16,
)
from botcore.channels.rendering.clean import clean
from botcore.channels.rendering.layout import Dialect, lay_out
from botcore.channels.rendering.parse import parse
from botcore.types import Reply
from tests.rendering.texts import ANSWERS, TEXTS

LIMITS = st.integers(min_value=64, max_value=2500)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def unspaced(text: str) -> str:
    return "".join(text.split())


def telegram(text: str, limit: int) -> list[TelegramPart]:
    return render_telegram(Reply(text), Limits(limit, messages=10_000))


def discord(text: str, limit: int) -> list[str]:
    return [part.text for part in render_discord(Reply(text), Limits(limit, messages=10_000))]


@quick
@given(TEXTS | ANSWERS, LIMITS)
def test_no_telegram_message_exceeds_its_limit_and_no_word_is_lost(text: str, limit: int) -> None:
    parts = telegram(text, limit)
    whole = telegram(text, 10**6)
    assert all(0 < utf16(part.text) <= limit for part in parts)
    assert unspaced("".join(part.text for part in parts)) == unspaced("".join(part.text for part in whole))


@quick
@given(TEXTS | ANSWERS, LIMITS)
def test_telegram_entities_lie_inside_the_text_and_on_whole_characters(text: str, limit: int) -> None:
    for part in telegram(text, limit):
        units = part.text.encode("utf-16-le")
        assert len(part.entities) <= 100
        for entity in part.entities:
            covered = units[2 * entity.offset : 2 * (entity.offset + entity.length)]
            assert entity.length > 0
            assert len(covered) == 2 * entity.length
            assert covered.decode("utf-16-le").strip()


@quick
@given(TEXTS | ANSWERS, LIMITS)
def test_telegram_entities_nest_and_code_stands_alone(text: str, limit: int) -> None:
    for part in telegram(text, limit):
        spans = [(entity.offset, entity.offset + entity.length, entity.type) for entity in part.entities]
        for start, end, kind in spans:
            for other_start, other_end, other in spans:
                apart = end <= other_start or other_end <= start
                inside = (start <= other_start and other_end <= end) or (
                    other_start <= start and end <= other_end
                )
                assert apart or inside
                if kind in ("code", "pre") and (start, end, kind) != (other_start, other_end, other):
                    assert apart or other == "blockquote"


@quick
@given(TEXTS | ANSWERS, LIMITS)
def test_no_discord_message_exceeds_its_limit(text: str, limit: int) -> None:
    assert all(0 < utf16(message) <= limit for message in discord(text, limit))


@quick
@given(ANSWERS, LIMITS)
def test_every_code_block_is_closed_in_the_discord_message_that_opens_it(text: str, limit: int) -> None:
    for message in discord(text, limit):
        assert len(re.findall(r"^(?:> )?```", message, re.MULTILINE)) % 2 == 0
        assert message.count("```") % 2 == 0


@quick
@given(ANSWERS, st.integers(min_value=200, max_value=2500))  # shorter ones write the address of the link out
def test_no_word_is_lost_on_discord(text: str, limit: int) -> None:
    def words(messages: list[str]) -> str:
        shown = "\n".join(messages)
        shown = re.sub(r"^(?:> )?```.*$|\]\(https:[^)]*\)", "", shown, flags=re.MULTILINE)
        return letters(shown)

    flow = lay_out(parse(text), Dialect(("- ",), 64, links=lambda url: True))
    assert words(discord(text, limit)) == words(discord(text, 10**6)) == letters(flow.text)


@quick
@given(TEXTS, st.integers(min_value=64, max_value=300))
def test_no_grapheme_is_cut(text: str, limit: int) -> None:
    source = clean(text)
    whole = list(iter_graphemes(source))
    kept = [grapheme for piece in split(source, limit) for grapheme in iter_graphemes(piece)]
    assert [one for one in kept if not one.isspace()] == [
        one for one in (grapheme.strip() for grapheme in whole) if one and not one.isspace()
    ] or any(utf16(grapheme) > 32 or (grapheme[0].isspace() and grapheme.strip()) for grapheme in whole)


@quick
@given(st.text(alphabet="abcXYZ019字é*_~|`[]()<>#-+=.:!? \n\t\"'", max_size=400))
def test_every_letter_that_was_typed_is_shown_in_its_place(text: str) -> None:
    assert letters(render_plain(Reply(text))) == letters(text)


@quick
@given(TEXTS | ANSWERS, st.integers(min_value=16, max_value=100))
def test_plain_text_in_a_narrow_terminal_keeps_every_letter(text: str, width: int) -> None:
    blocks = parse(text)
    flow = lay_out(blocks, Dialect(("• ", "◦ ", "▪ "), width, links=lambda url: False))
    assert letters(render_plain(Reply(text), width)) == letters(flow.text)


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@quick
@given(TEXTS | ANSWERS)
def test_html_is_balanced_and_has_only_addresses_that_may_be_opened(text: str) -> None:
    page = _Balance()
    page.feed(render_html(Reply(text)))
    page.close()
    assert page.open == []
    assert all(
        address.startswith(("http://", "https://", "mailto:", "tel:", "tg://")) for address in page.addresses
    )


@quick
@given(TEXTS, LIMITS)
def test_a_split_text_is_whole_but_for_white_space_at_the_cuts(text: str, limit: int) -> None:
    pieces = split(clean(text), limit)
    assert unspaced("".join(pieces)) == unspaced(clean(text))
    assert all(0 < utf16(piece) <= limit for piece in pieces)
