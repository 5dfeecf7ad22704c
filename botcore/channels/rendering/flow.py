"""A text with spans over it: an answer laid out for a channel, before it is written in the channel's own form."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "link",
    "quote",
    "heading",
    "marker",
]
"""`marker` covers the bullet or number of a list item, which is form rather than words."""


class Span(msgspec.Struct, frozen=True):
    """`start` and `end` count characters (code points), `end` not included."""

    start: int
    end: int
    kind: Kind
    value: str = ""
    """URL of a link, language of a code block, level of a heading."""


class Flow(msgspec.Struct, frozen=True):
    """Spans stand in the order of their starts, outer ones first, and never cross each other."""

    text: str
    spans: tuple[Span, ...] = ()


def trimmed(flow: Flow, *kinds: Kind) -> Flow:
    """Spans of these kinds neither begin nor end with a space; those over nothing else are left out."""
    spans = (_trim(flow.text, span) if span.kind in kinds else span for span in flow.spans)
    return Flow(
        flow.text, tuple(sorted((s for s in spans if s.start < s.end), key=lambda s: (s.start, -s.end)))
    )


def _trim(text: str, span: Span) -> Span:
    covered = text[span.start : span.end]
    start = span.end - len(covered.lstrip())
    return Span(start, span.start + len(covered.rstrip()), span.kind, span.value)
