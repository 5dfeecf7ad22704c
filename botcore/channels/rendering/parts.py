"""What every channel shows besides the text: sources, choices, and the file that stands for a very long answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from botcore.channels.rendering import urls
from botcore.channels.rendering.citations import linked
from botcore.channels.rendering.clean import clean
from botcore.channels.rendering.parse import parse
from botcore.channels.rendering.split import utf16
from botcore.channels.rendering.tree import Block, Bullets, Inline, Link, Paragraph, Text
from botcore.types import Attachment, Reply, Source


class Limits(msgspec.Struct, frozen=True):
    """What one message of a channel holds. `units` counts UTF-16 units, and is at least 64."""

    units: int
    messages: int = 5
    """An answer that needs more of them becomes a file."""
    buttons: int = 0
    """Most buttons under one message; more are written as numbered choices."""
    button_units: int = 64
    """Longest label of a button; with a longer one all are written as numbered choices."""


class Words(msgspec.Struct, frozen=True):
    """The renderer's own sentences, in the person's language."""

    file: str = "The whole answer is in the file."
    file_name: str = "answer.md"


ENGLISH = Words()


def as_buttons(reply: Reply, limits: Limits) -> tuple[str, ...]:
    """The buttons, where the channel can show all of them."""
    labels = tuple(clean(label).strip() for label in reply.buttons)
    fits = len(labels) <= limits.buttons and all(0 < utf16(label) <= limits.button_units for label in labels)
    return labels if fits else ()


def document(reply: Reply, *, choices: bool, links: bool = True) -> tuple[Block, ...]:
    """The whole reply: its text, its choices as a numbered list where asked, its sources as numbered links.

    With `links` a `[1]` in the text leads to its source, where the source has an address on the web.
    """
    blocks = linked(parse(reply.text), reply.sources) if links else list(parse(reply.text))
    if choices and reply.buttons:
        blocks.append(_choices(reply.buttons))
    if reply.sources:
        blocks.append(_sources(reply.sources))
    return tuple(blocks)


def choice(said: str, buttons: Sequence[str]) -> str | None:
    """The label that a person means who answers numbered choices with `2`, `2.` or `(2)`; a label itself goes before."""
    if said.strip() in buttons:
        return said.strip()
    number = said.strip().strip("().")
    if number.isdecimal() and len(number) <= 3 and 1 <= int(number) <= len(buttons):
        return buttons[int(number) - 1]
    return None


def file(reply: Reply, words: Words) -> Attachment:
    """The answer as a Markdown file, sources included."""
    sources = [
        f"[{number}] {source.title} {source.uri}".rstrip() for number, source in enumerate(reply.sources, 1)
    ]
    text = "\n\n".join(part for part in (clean(reply.text), "\n".join(sources)) if part)
    return Attachment(words.file_name, "text/markdown", text.encode())


def _choices(buttons: Sequence[str]) -> Block:
    return Bullets(tuple((Paragraph((Text(clean(label)),), tight=True),) for label in buttons), start=1)


def _sources(sources: Sequence[Source]) -> Block:
    lines: list[Inline] = []
    for number, source in enumerate(sources, 1):
        newline = "\n" if number > 1 else ""
        lines += (Text(f"{newline}[{number}] "), _source(source))
    return Paragraph(tuple(lines))


def _source(source: Source) -> Inline:
    title = " ".join(clean(source.title or source.uri).split())
    url = clean(source.uri).strip()
    return Link(url, (Text(title),)) if urls.is_safe(url) else Text(title)
