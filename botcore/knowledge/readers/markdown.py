"""Markdown, split at its headings; a long section further where its paragraphs, lists or sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from semantic_text_splitter import MarkdownSplitter, TextSplitter

from botcore.knowledge.readers.base import SECTION_CHARACTERS, Reading, Section, title_from

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BETWEEN_TITLES = " › "


def read_markdown(text: str, path: Path) -> Reading:
    """The first heading of level 1 is the document's title, else the file's name."""
    text = _FRONT_MATTER.sub("", text.replace("\r\n", "\n"))
    splitter = MarkdownSplitter(SECTION_CHARACTERS)
    title, sections = "", []
    for headings, body in _parts(text):
        if headings and headings[0][0] == 1:
            title = title or headings[0][1]
        named = [name for level, name in headings if (level, name) != (1, title)]
        sections += [Section(_BETWEEN_TITLES.join(named), piece) for piece in splitter.chunks(body)]
    return Reading(title or title_from(path), sections)


def read_text(text: str, path: Path) -> Reading:
    """Plain text in pieces of whole paragraphs or sentences."""
    pieces = TextSplitter(SECTION_CHARACTERS).chunks(text)
    return Reading(title_from(path), [Section("", piece) for piece in pieces])


def _parts(text: str) -> Iterator[tuple[list[tuple[int, str]], str]]:
    """(headings above it as (level, text), Markdown between two headings), in order."""
    lines = text.splitlines(keepends=True)
    above: list[tuple[int, str]] = []
    begin = 0
    for level, name, first, last in _headings(text):
        yield list(above), "".join(lines[begin:first])
        above = [heading for heading in above if heading[0] < level] + [(level, name)]
        begin = last
    yield above, "".join(lines[begin:])


def _headings(text: str) -> Iterator[tuple[int, str, int, int]]:
    """(level, text without marks, first line, line after it); headings inside lists and quotes don't count."""
    tokens = MarkdownIt().parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            yield int(opening.tag[1:]), _plain(inline), opening.map[0], opening.map[1]


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ()).strip()
