"""Tables on channels that have none: drawn with a fixed-width font, or as a list where that is too wide."""

from __future__ import annotations

from itertools import zip_longest

from wcwidth import wcswidth

from botcore.channels.rendering.tree import (
    Align,
    Bullets,
    Inlines,
    Link,
    Paragraph,
    Styled,
    Table,
    Text,
    words,
)

GAP = " │ "
CROSS = "─┼─"


def draw(table: Table, columns: int) -> str:
    """The table within so many columns of a terminal font, or nothing where it has links or is too wide."""
    if any(_has_link(cell) for row in table.rows for cell in row):
        return ""
    rows = [[words(cell).split("\n") for cell in row] for row in table.rows]
    widths = [max(_width(line) for row in rows for line in row[at]) for at in range(len(table.aligns))]
    if sum(widths) + len(GAP) * (len(widths) - 1) > columns:
        return ""
    drawn = [line for row in rows for line in _row(row, widths, table.aligns)]
    height = max(len(cell) for cell in rows[0])
    return "\n".join([*drawn[:height], CROSS.join("─" * width for width in widths), *drawn[height:]])


def as_list(table: Table) -> Bullets:
    """One item for a row: its first cell as a title, then the other cells with their column's name."""
    header, *rows = table.rows
    if not rows:
        return Bullets(((Paragraph(_joined(header)),),))
    return Bullets(tuple((Paragraph(_record(header, row), tight=True),) for row in rows))


def _record(header: tuple[Inlines, ...], row: tuple[Inlines, ...]) -> Inlines:
    first, *others = row
    lines = [_named(header[0], (Styled("bold", first),) if words(first) else ())]
    lines += [_named(name, cell) for name, cell in zip(header[1:], others, strict=True)]
    shown = [line for line in lines if line]
    return tuple(
        inline for number, line in enumerate(shown) for inline in (*((Text("\n"),) if number else ()), *line)
    )


def _named(name: Inlines, cell: Inlines) -> Inlines:
    """The cell behind its column's name; a dash stands for an empty one, so that the name is not lost."""
    label = " ".join(words(name).split())
    return (Text(f"{label}: "), *(cell or (Text("–"),))) if label else cell


def _joined(cells: tuple[Inlines, ...]) -> Inlines:
    return tuple(
        inline for number, cell in enumerate(cells) for inline in (*((Text(" · "),) if number else ()), *cell)
    )


def _row(cells: list[list[str]], widths: list[int], aligns: tuple[Align, ...]) -> list[str]:
    return [
        GAP.join(
            _pad(text, width, align) for text, width, align in zip(line, widths, aligns, strict=True)
        ).rstrip()
        for line in zip_longest(*cells, fillvalue="")
    ]


def _pad(text: str, width: int, align: Align) -> str:
    space = width - _width(text)
    left = {"left": 0, "center": space // 2, "right": space}[align]
    return " " * left + text + " " * (space - left)


def _width(text: str) -> int:
    return max(wcswidth(text), 0)


def _has_link(inlines: Inlines) -> bool:
    return any(
        isinstance(inline, Link) or (isinstance(inline, Styled) and _has_link(inline.inlines))
        for inline in inlines
    )
