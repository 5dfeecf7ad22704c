"""Reads Markdown into the tree, by markdown-it. Nothing that a person could see in the source is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.token import Token

from botcore.channels.rendering import rules
from botcore.channels.rendering.clean import clean
from botcore.channels.rendering.formulas import formula
from botcore.channels.rendering.inlines import inlines
from botcore.channels.rendering.tree import (
    Align,
    Block,
    Bullets,
    Code,
    Fence,
    Heading,
    Inlines,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)

LONGEST = 40_000
"""Characters that are read as Markdown; the rest of a longer text is shown as it is."""
_DEFINED = re.compile(r"^[ >]{0,8}\[([^\[\]\n]{1,99})\]:", re.MULTILINE)
_USED = re.compile(r"\[([^\[\]\n]{1,99})\](?!:)")
_LANGUAGE = re.compile(r"[\w+#.-]{1,24}", re.ASCII)


def parse(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text. Takes any string; time is linear in its length."""
    text = clean(markdown)
    end = _whole(text)
    blocks = _Reader(_tokens(text[:end])).blocks()
    return (*blocks, *_as_typed(text[end:]))


def _whole(text: str) -> int:
    """Where to stop reading: at a blank line, where the text is too long."""
    if len(text) <= LONGEST:
        return len(text)
    return max(text.rfind("\n\n", LONGEST // 2, LONGEST), 0) or LONGEST


def _as_typed(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.strip():
            yield Paragraph((Text(paragraph.strip("\n")),))


@cache
def _markdown(references: bool) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    md.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    if not references:
        md.disable("reference")
    rules.install(md)
    return md


def _tokens(text: str) -> list[Token]:
    """A definition such as `[1]: https://...` that no link uses is text that the person should see."""
    if not _all_used(text):
        return _markdown(False).parse(text, {})
    env: dict[str, dict[str, dict[str, str]] | list[object]] = {}
    tokens = _markdown(True).parse(text, env)
    defined = cast("dict[str, dict[str, str]]", env.get("references") or {})
    if defined and (env.get("duplicate_refs") or not _uses(tokens, defined)):
        return _markdown(False).parse(text, {})
    return tokens


def _all_used(text: str) -> bool:
    """A quick look that spares most such texts a second reading."""
    defined = {label.lower() for label in _DEFINED.findall(text)}
    return not defined or defined <= {label.lower() for label in _USED.findall(text)}


def _uses(tokens: Sequence[Token], defined: dict[str, dict[str, str]]) -> bool:
    used = {
        child.attrs.get("href") or child.attrs.get("src")
        for token in tokens
        for child in token.children or ()
        if child.type in ("link_open", "image")
    }
    return all(reference["href"] in used for reference in defined.values())


class _Reader:
    """Walks the flat tokens once. Nesting is bounded by `rules.DEEPEST_BLOCK`."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = iter(tokens)

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        found: list[Block] = []
        for token in self._tokens:
            if token.type == until:
                break
            found.extend(self._block(token))
        return tuple(found)

    def _block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                yield Paragraph(self._inlines("paragraph_close"), tight=token.hidden)
            case "heading_open":
                yield Heading(int(token.tag[1]), self._inlines("heading_close"))
            case "fence" | "code_block":
                yield from _fence(token)
            case "math_block":
                yield _formula(token.content)
            case "blockquote_open":
                yield Quote(self.blocks("blockquote_close"))
            case "bullet_list_open":
                yield Bullets(self._items("bullet_list_close"))
            case "ordered_list_open":
                yield Bullets(self._items("ordered_list_close"), int(token.attrs.get("start", 1)))
            case "table_open":
                yield self._table()
            case _:
                yield Rule()

    def _inlines(self, until: str) -> Inlines:
        found: Inlines = ()
        for token in self._tokens:
            if token.type == until:
                break
            found = inlines(token.children or ())
        return found

    def _items(self, until: str) -> tuple[tuple[Block, ...], ...]:
        items = []
        for token in self._tokens:
            if token.type == until:
                break
            items.append(self.blocks("list_item_close"))
        return tuple(items)

    def _table(self) -> Table:
        rows: list[tuple[Inlines, ...]] = []
        row: list[Inlines] = []
        aligns: list[Align] = []
        for token in self._tokens:
            if token.type in ("th_open", "td_open"):
                if not rows:
                    aligns.append(_align(token))
                row.append(self._inlines(token.type.replace("open", "close")))
            elif token.type == "tr_close":
                rows.append(tuple(row))
                row = []
            elif token.type == "table_close":
                break
        return Table(tuple(rows), tuple(aligns))


def _align(token: Token) -> Align:
    style = str(token.attrs.get("style", ""))
    return cast("Align", style.removeprefix("text-align:") or "left")


def _fence(token: Token) -> Iterator[Block]:
    """What stands behind the language (a title, or the answer itself) is shown above the code."""
    language, _, title = token.info.strip().partition(" ")
    if language and not _LANGUAGE.fullmatch(language):
        language, title = "", token.info.strip()
    if title.strip():
        yield Paragraph((Text(title.strip()),))
    code = token.content.rstrip("\n")
    if code.strip():
        yield Fence(code, language)


def _formula(tex: str) -> Block:
    read = formula(tex)
    return Fence(tex, "latex") if isinstance(read, Code) and "\n" in tex else Paragraph((read,))
