"""Makes the `[1]` of a text a link to the source that has this number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from botcore.channels.rendering import urls
from botcore.channels.rendering.clean import clean
from botcore.channels.rendering.tree import (
    Block,
    Bullets,
    Fence,
    Heading,
    Inline,
    Inlines,
    Link,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
)
from botcore.types import Source

LONGEST_URL = 400
"""With a longer one every citation would cost a message its room; the list of sources has it anyway."""
_NUMBER = re.compile(r"\[(\d{1,2})\]")

Addresses = dict[str, str]


def linked(blocks: Sequence[Block], sources: Sequence[Source]) -> list[Block]:
    """The same blocks. Code, and what is a link already, stay as they are."""
    addresses = {
        str(number): url
        for number, source in enumerate(sources, 1)
        if urls.is_web(url := clean(source.uri).strip()) and urls.is_safe(url) and len(url) <= LONGEST_URL
    }
    return [_block(block, addresses) for block in blocks] if addresses else list(blocks)


def _block(block: Block, addresses: Addresses) -> Block:
    match block:
        case Paragraph():
            return Paragraph(_inlines(block.inlines, addresses), block.tight)
        case Heading():
            return Heading(block.level, _inlines(block.inlines, addresses))
        case Quote():
            return Quote(tuple(_block(one, addresses) for one in block.blocks))
        case Bullets():
            items = tuple(tuple(_block(one, addresses) for one in item) for item in block.items)
            return Bullets(items, block.start)
        case Table():
            rows = tuple(tuple(_inlines(cell, addresses) for cell in row) for row in block.rows)
            return Table(rows, block.aligns)
        case Fence() | Rule():
            return block


def _inlines(inlines: Inlines, addresses: Addresses) -> Inlines:
    return tuple(piece for inline in inlines for piece in _inline(inline, addresses))


def _inline(inline: Inline, addresses: Addresses) -> Iterator[Inline]:
    if isinstance(inline, Styled):
        yield Styled(inline.style, _inlines(inline.inlines, addresses))
    elif isinstance(inline, Text):
        yield from _words(inline.text, addresses)
    else:
        yield inline


def _words(text: str, addresses: Addresses) -> Iterator[Inline]:
    at = 0
    for found in _NUMBER.finditer(text):
        if found[1] in addresses:
            if found.start() > at:
                yield Text(text[at : found.start()])
            yield Link(addresses[found[1]], (Text(found[0]),))
            at = found.end()
    if text[at:] or not text:
        yield Text(text[at:])
