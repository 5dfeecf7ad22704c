"""Telegram's plain text with entities, which can't be refused as a parse mode's Markdown can."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from botcore.channels.rendering.flow import Flow, Kind, Span, trimmed
from botcore.channels.rendering.layout import Dialect
from botcore.channels.rendering.messages import Form, messages
from botcore.channels.rendering.parts import ENGLISH, Limits, Words
from botcore.channels.rendering.split import Cover, no_overhead, units
from botcore.types import Attachment, Reply

TELEGRAM = Limits(units=4096, buttons=100, button_units=64)
CAPTION = Limits(units=1024, buttons=100, button_units=64)
MOST_ENTITIES = 100
"""Telegram ignores further ones of a message (Bot API, "MessageEntity")."""
LONGEST_URL = 2048
TABLE_COLUMNS = 40

EntityType = Literal[
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "blockquote"
]
_TYPES: dict[Kind, EntityType] = {"heading": "bold", "link": "text_link", "quote": "blockquote"}
_STYLES: tuple[Kind, ...] = ("bold", "italic", "underline", "strikethrough", "spoiler", "heading")
_OPENS = re.compile(r"(?:https?|tg)://", re.IGNORECASE)


class Entity(msgspec.Struct, frozen=True, omit_defaults=True):
    """The Bot API's MessageEntity; offset and length in UTF-16 units."""

    type: EntityType
    offset: int
    length: int
    url: str = ""
    language: str = ""


class TelegramPart(msgspec.Struct, frozen=True):
    """One message. Pictures and files of the reply itself are the adapter's to send."""

    text: str
    entities: tuple[Entity, ...] = ()
    buttons: tuple[str, ...] = ()
    """On the last part; empty where the choices are written in the text."""
    file: Attachment | None = None
    """On the last part: the whole answer as Markdown, where it would take too many messages."""


_FORM = Form(
    Dialect(
        bullets=("• ", "◦ ", "▪ "),
        table_columns=TABLE_COLUMNS,
        links=lambda url: _OPENS.match(url) is not None and len(url) <= LONGEST_URL,
    ),
    weights=lambda flow: units(flow.text),
    overhead=no_overhead,
    most_spans=MOST_ENTITIES // 2,
)


def render_telegram(reply: Reply, limits: Limits = TELEGRAM, words: Words = ENGLISH) -> list[TelegramPart]:
    """The messages to send, in order; none for an empty reply. For a caption: `limits=CAPTION`."""
    made = messages(reply, limits, words, _FORM)
    parts = [TelegramPart(piece.text, _entities(piece)) for piece in made.pieces]
    if not parts and made.buttons:
        parts = [TelegramPart("")]
    if parts:
        parts[-1] = TelegramPart(parts[-1].text, parts[-1].entities, made.buttons, made.file)
    return parts


def _entities(flow: Flow) -> tuple[Entity, ...]:
    spans = trimmed(Flow(flow.text, tuple(_allowed(flow.spans))), *_STYLES, "link", "quote").spans
    at = [0, *accumulate(units(flow.text))]
    return tuple(_entity(span, at) for span in spans)[:MOST_ENTITIES]


def _entity(span: Span, at: Sequence[int]) -> Entity:
    kind = _TYPES.get(span.kind, span.kind)
    return Entity(
        kind,  # type: ignore[arg-type]  # _allowed let only these kinds through
        at[span.start],
        at[span.end] - at[span.start],
        url=span.value if span.kind == "link" else "",
        language=span.value if span.kind == "pre" else "",
    )


def _allowed(spans: Sequence[Span]) -> Iterator[Span]:
    """Code has neither a style nor a link around it (Bot API, "Formatting options").

    A style is interrupted by the code in it; a link keeps its address, and the code in it goes.
    """
    links = Cover((span.start, span.end) for span in spans if span.kind == "link")
    codes = [span for span in spans if span.kind in ("code", "pre") and not links.covers(span.start)]
    starts = [span.start for span in codes]
    for span in spans:
        if span.kind in _STYLES:
            inside = codes[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
            yield from _around(span, inside)
        elif span.kind != "marker" and not (span.kind == "code" and links.covers(span.start)):
            yield span


def _around(span: Span, holes: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span beside the holes in it."""
    start = span.start
    for hole in holes:
        if start < hole.start:
            yield Span(start, hole.start, span.kind, span.value)
        start = hole.end
    if start < span.end:
        yield Span(start, span.end, span.kind, span.value)
