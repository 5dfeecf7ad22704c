"""HTML for e-mail and Matrix: escaped throughout, no pictures that load, no address but safe ones."""

from __future__ import annotations

from html import escape

from botcore.channels.rendering.parts import document
from botcore.channels.rendering.tree import (
    Block,
    Bullets,
    Code,
    Fence,
    Heading,
    Inline,
    Inlines,
    Paragraph,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
)
from botcore.types import Reply

_TAGS: dict[Style, tuple[str, str]] = {
    "bold": ("<strong>", "</strong>"),
    "italic": ("<em>", "</em>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<del>", "</del>"),
    "spoiler": ("<span data-mx-spoiler>", "</span>"),
}


def render_html(reply: Reply) -> str:
    """A fragment without a page around it. Matrix reads `data-mx-spoiler`; a mail shows such words openly."""
    return "\n".join(_block(block) for block in document(reply, choices=True))


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return _inlines(block.inlines) if block.tight else f"<p>{_inlines(block.inlines)}</p>"
        case Heading():
            return f"<h{block.level}>{_inlines(block.inlines)}</h{block.level}>"
        case Quote():
            return f"<blockquote>{_blocks(block.blocks)}</blockquote>"
        case Bullets():
            return _list(block)
        case _:
            return _still(block)


def _still(block: Fence | Table | Rule) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Rule):
        return "<hr>"
    language = f' class="language-{escape(block.language)}"' if block.language else ""
    return f"<pre><code{language}>{escape(block.code)}\n</code></pre>"


def _blocks(blocks: tuple[Block, ...]) -> str:
    return "\n".join(map(_block, blocks))


def _list(bullets: Bullets) -> str:
    tag = "ul" if bullets.start is None else "ol"
    start = f' start="{bullets.start}"' if bullets.start not in (None, 1) else ""
    items = "".join(f"<li>{_blocks(item)}</li>" for item in bullets.items)
    return f"<{tag}{start}>{items}</{tag}>"


def _table(table: Table) -> str:
    header, *rows = table.rows
    body = "".join(f"<tr>{_cells(row, table, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{_cells(header, table, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: tuple[Inlines, ...], table: Table, tag: str) -> str:
    return "".join(
        f"<{tag}{_aligned(align)}>{_inlines(cell)}</{tag}>"
        for cell, align in zip(row, table.aligns, strict=True)
    )


def _aligned(align: str) -> str:
    return "" if align == "left" else f' align="{align}"'


def _inlines(inlines: Inlines) -> str:
    return "".join(map(_inline, inlines))


def _inline(inline: Inline) -> str:
    match inline:
        case Text():
            return escape(inline.text).replace("\n", "<br>")
        case Code():
            return f"<code>{escape(inline.text)}</code>"
        case Styled():
            opening, closing = _TAGS[inline.style]
            return f"{opening}{_inlines(inline.inlines)}{closing}"
        case _:
            picture = "🖼 " if inline.image else ""
            href = escape(inline.url)
            return (
                f'<a href="{href}" rel="noopener noreferrer nofollow">{picture}{_inlines(inline.inlines)}</a>'
            )
