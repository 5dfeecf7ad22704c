"""What an answer says, as blocks of inline pieces: the one form from which every channel's form is made."""

from __future__ import annotations

from typing import Literal

import msgspec

Style = Literal["bold", "italic", "underline", "strikethrough", "spoiler"]
Align = Literal["left", "center", "right"]


class Text(msgspec.Struct, frozen=True):
    """Words. A newline in it is a line break that is shown."""

    text: str


class Code(msgspec.Struct, frozen=True):
    """Inline code."""

    text: str


class Styled(msgspec.Struct, frozen=True):
    style: Style
    inlines: tuple[Inline, ...]


class Link(msgspec.Struct, frozen=True):
    """`url` has passed `urls.is_safe`. `image` is true where the author put a picture there."""

    url: str
    inlines: tuple[Inline, ...]
    image: bool = False


Inline = Text | Code | Styled | Link
Inlines = tuple[Inline, ...]


class Paragraph(msgspec.Struct, frozen=True):
    inlines: Inlines
    tight: bool = False
    """It belongs to the line before, as in a list without blank lines."""


class Heading(msgspec.Struct, frozen=True):
    level: int
    inlines: Inlines


class Fence(msgspec.Struct, frozen=True):
    """A code block; `code` ends without a newline."""

    code: str
    language: str = ""


class Quote(msgspec.Struct, frozen=True):
    blocks: tuple[Block, ...]


class Bullets(msgspec.Struct, frozen=True):
    """A list. `start` is the first number, or nothing where it has bullets."""

    items: tuple[tuple[Block, ...], ...]
    start: int | None = None


class Table(msgspec.Struct, frozen=True):
    """`rows[0]` is the header; every row has as many cells as `aligns`."""

    rows: tuple[tuple[Inlines, ...], ...]
    aligns: tuple[Align, ...]


class Rule(msgspec.Struct, frozen=True):
    """A line across."""


Block = Paragraph | Heading | Fence | Quote | Bullets | Table | Rule


def words(inlines: Inlines) -> str:
    """The visible text, without its form."""
    return "".join(
        inline.text if isinstance(inline, Text | Code) else words(inline.inlines) for inline in inlines
    )
