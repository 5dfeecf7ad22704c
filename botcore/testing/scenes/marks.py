"""A text as a channel displays it: words with marks around them, whatever the channel's own way of writing these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

MarkKind = Literal[
    "bold",
    "italic",
    "underline",
    "strike",
    "spoiler",
    "code",
    "pre",
    "link",
    "mention",
    "quote",
    "heading",
    "small",
    "item",
]


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="mark"):
    """Words that are shown in some way."""

    kind: MarkKind
    inside: Marked
    value: str = ""
    """Address of a link, language of a code block, level of a heading (1 to 3), depth and sign of an item (`1 •`)."""


Marked = tuple["str | Mark", ...]
"""A displayed text, in order. Newlines are shown."""


BLOCKS = frozenset({"pre", "quote", "heading", "small", "item"})
"""Kinds that stand on lines of their own, whether or not a newline is written there."""


def as_text(marked: Iterable[str | Mark]) -> str:
    """What a person reads aloud: the words without their marks, bullets and the bars of quotes included."""
    text, after_block = "", False
    for one in marked:
        block = isinstance(one, Mark) and one.kind in BLOCKS
        words = one if isinstance(one, str) else _read(one)
        if text and (block or after_block) and not (text.endswith("\n") or words.startswith("\n")):
            text += "\n"
        text, after_block = text + words, block
    return text


def _read(mark: Mark) -> str:
    words = as_text(mark.inside)
    if mark.kind == "quote":
        return "\n".join(f"▏ {line}".rstrip() for line in words.split("\n"))
    if mark.kind == "item":
        depth, _, sign = mark.value.partition(" ")
        return f"{'  ' * int(depth)}{sign} {words}"
    return words
