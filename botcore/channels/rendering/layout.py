"""Lays the tree out as lines: bullets, blank lines, headings, tables, in the measures of one channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from botcore.channels.rendering import tables
from botcore.channels.rendering.flow import Flow, Kind, Span
from botcore.channels.rendering.tree import (
    Block,
    Bullets,
    Code,
    Fence,
    Heading,
    Inlines,
    Link,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
    words,
)

LINE = "─" * 8
_LINE_START = re.compile(r"\n(?!\n)")


class Dialect(msgspec.Struct, frozen=True):
    """What a channel can show."""

    bullets: tuple[str, ...]
    """By depth; the last one serves for deeper lists."""
    table_columns: int
    """Cells of a fixed-width font on a usual screen; wider tables become lists."""
    links: Callable[[str], bool]
    """Whether words may be linked to this address; else the address is written behind them."""
    headings: int = 0
    """Levels that differ from bold."""


def lay_out(blocks: Sequence[Block], dialect: Dialect) -> Flow:
    writer = _Writer(dialect)
    writer.blocks(blocks)
    return writer.flow()


def _between(before: Block, after: Block) -> str:
    """A heading stays with what it heads, and a list with the line that announces it."""
    if isinstance(before, Heading) or (isinstance(before, Paragraph) and isinstance(after, Bullets)):
        return "\n"
    if isinstance(after, Paragraph) and after.tight:
        return "\n"
    return "\n\n"


class _Writer:
    """Collects text and spans. Depth is bounded by the parser."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._text: list[str] = []
        self._at = 0
        self._spans: list[Span | None] = []
        self._active: set[Kind] = set()
        self._indent = ""
        self._depth = 0

    def flow(self) -> Flow:
        return Flow(
            "".join(self._text), tuple(span for span in self._spans if span and span.start < span.end)
        )

    def _put(self, text: str) -> None:
        if self._indent and "\n" in text:
            text = _LINE_START.sub("\n" + self._indent, text)
        self._text.append(text)
        self._at += len(text)

    @contextmanager
    def _span(self, kind: Kind, value: str = "") -> Iterator[None]:
        """A style inside the same style adds nothing, so it makes no second span."""
        if kind in self._active:
            yield
            return
        self._active.add(kind)
        place, start = len(self._spans), self._at
        self._spans.append(None)
        yield
        self._spans[place] = Span(start, self._at, kind, value)
        self._active.discard(kind)

    def blocks(self, blocks: Sequence[Block]) -> None:
        for number, block in enumerate(blocks):
            if number:
                self._put(_between(blocks[number - 1], block))
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._inlines(block.inlines)
            case Heading():
                self._heading(block)
            case Fence():
                self._pre(block.code, block.language)
            case Quote():
                self._flush_left()
                with self._span("quote"):
                    self.blocks(block.blocks)
            case Bullets():
                self._bullets(block)
            case Table():
                self._table(block)
            case Rule():
                self._put(LINE)

    def _heading(self, heading: Heading) -> None:
        """Inside a list no channel shows a heading as one."""
        level = heading.level if heading.level <= self._dialect.headings and not self._depth else 0
        with self._span("heading", str(level or "")):
            self._inlines(
                (Text(" ".join(words(heading.inlines).split())),)
                if _has_lines(heading.inlines)
                else heading.inlines
            )

    def _pre(self, code: str, language: str = "") -> None:
        """Code stands at the left edge, since the indent of a list would become part of it."""
        self._flush_left()
        indent, self._indent = self._indent, ""
        with self._span("pre", language):
            self._put(code)
        self._indent = indent

    def _flush_left(self) -> None:
        """Go to the start of a line, without the indent of the list."""
        indent, self._indent = self._indent, ""
        last = "".join(self._text[-2:])
        if indent and last.endswith("\n" + indent):
            self._text = ["".join(self._text)[: -len(indent)]]
            self._at -= len(indent)
        elif last and not last.endswith("\n"):
            self._put("\n")
        self._indent = indent

    def _bullets(self, bullets: Bullets) -> None:
        loose = any(len(item) > 1 and not _is_tight(item) for item in bullets.items)
        sign = self._dialect.bullets[min(self._depth, len(self._dialect.bullets) - 1)]
        for number, item in enumerate(bullets.items):
            if number:
                self._put("\n\n" if loose else "\n")
            self._item(item, sign if bullets.start is None else f"{bullets.start + number}. ")

    def _item(self, item: Sequence[Block], marker: str) -> None:
        with self._span("marker"):
            self._put(marker)
        indent, self._indent = self._indent, self._indent + " " * max(2, len(marker))
        self._depth += 1
        self.blocks(item)
        self._depth -= 1
        self._indent = indent

    def _table(self, table: Table) -> None:
        drawn = tables.draw(table, self._dialect.table_columns)
        if drawn:
            self._pre(drawn)
        else:
            self._bullets(tables.as_list(table))

    def _inlines(self, inlines: Inlines) -> None:
        for inline in inlines:
            match inline:
                case Text():
                    self._put(inline.text)
                case Code():
                    with self._span("code"):
                        self._put(inline.text)
                case Styled():
                    with self._span(inline.style):
                        self._inlines(inline.inlines)
                case Link():
                    self._link(inline)

    def _link(self, link: Link) -> None:
        label = words(link.inlines)
        if self._dialect.links(link.url):
            with self._span("link", link.url):
                self._put("🖼 " if link.image else "")
                self._inlines(link.inlines if label.strip() else (Text(link.url),))
            return
        self._inlines(link.inlines)
        if link.url.removeprefix("mailto:").removeprefix("tel:") != label:
            self._put(f" ({link.url})")


def _has_lines(inlines: Inlines) -> bool:
    return "\n" in words(inlines)


def _is_tight(item: Sequence[Block]) -> bool:
    return all(not isinstance(block, Paragraph) or block.tight for block in item)
