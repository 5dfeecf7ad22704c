"""Telegram's text with entities as its clients display it. Source: the Bot API, "MessageEntity"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botcore.testing.scenes.marks import Mark, Marked, MarkKind

_KINDS: dict[str, MarkKind] = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "text_link": "link",
    "url": "link",
    "mention": "mention",
    "text_mention": "mention",
    "bot_command": "mention",
    "hashtag": "mention",
    "blockquote": "quote",
    "expandable_blockquote": "quote",
}

Entity = Mapping[str, Any]


def read_telegram(text: str, entities: Sequence[Entity]) -> Marked:
    """The displayed text of a message. Offsets count UTF-16 units; entities of unknown kinds are not shown."""
    units = text.encode("utf-16-le", "surrogatepass")
    known = [one for one in entities if one["type"] in _KINDS]
    known.sort(key=lambda one: (one["offset"], -one["length"]))
    return tuple(_within(units, 0, len(units) // 2, known))


def _within(units: bytes, start: int, end: int, entities: Sequence[Entity]) -> Iterator[str | Mark]:
    """The stretch from `start` to `end`; an entity that goes beyond is cut there."""
    at, rest = start, list(entities)
    while rest:
        one = rest.pop(0)
        first, last = max(one["offset"], at), min(one["offset"] + one["length"], end)
        if first >= last:
            continue
        inside = [other for other in rest if other["offset"] < last]
        rest = [other for other in rest if other["offset"] + other["length"] > last]
        if first > at:
            yield _text(units, at, first)
        kind = _KINDS[one["type"]]
        words = tuple(_within(units, first, last, inside))
        yield Mark(kind, words, _value(one, words))
        at = last
    if at < end:
        yield _text(units, at, end)


def _value(entity: Entity, words: Marked) -> str:
    if entity["type"] == "url":
        return str(words[0]) if words and isinstance(words[0], str) else ""
    return str(entity.get("url") or entity.get("language") or "")


def _text(units: bytes, start: int, end: int) -> str:
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")
