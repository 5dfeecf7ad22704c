"""Plain text for terminals and short messages."""

from __future__ import annotations

from collections.abc import Iterator

from wcwidth import wcswidth, wrap

from botcore.channels.rendering.flow import Flow
from botcore.channels.rendering.layout import Dialect, lay_out
from botcore.channels.rendering.parts import document
from botcore.channels.rendering.split import Cover, split
from botcore.types import Attachment, Reply

WIDTH = 80
"""Columns that a table may take where the caller names none."""
NARROWEST = 16
"""Fewer columns than this are not respected."""


def render_plain(reply: Reply, width: int | None = None) -> str:
    """Addresses stand behind their words, choices are numbered, files are named with their alt text.

    `width` is in columns of a terminal, where a Chinese character takes two; code is never wrapped.
    """
    columns = max(width, NARROWEST) if width else None
    flow = lay_out(document(reply, choices=True, links=False), _dialect(columns or WIDTH))
    shown = "\n".join(_lines(flow, columns))
    return "\n\n".join(part for part in (shown, *map(_file, reply.attachments)) if part)


def _dialect(columns: int) -> Dialect:
    return Dialect(bullets=("• ", "◦ ", "▪ "), table_columns=columns, links=lambda url: False)


def _lines(flow: Flow, columns: int | None) -> Iterator[str]:
    code = Cover((span.start, span.end) for span in flow.spans if span.kind == "pre")
    quotes = Cover((span.start, span.end) for span in flow.spans if span.kind == "quote")
    markers = {span.start: span.end - span.start for span in flow.spans if span.kind == "marker"}
    at = 0
    for line in flow.text.split("\n"):
        prefix = "> " if quotes.covers(at) else ""
        indent = len(line) - len(line.lstrip())
        hanging = indent + markers.get(at + indent, 0)
        if columns is None or code.covers(at) or wcswidth(prefix + line) <= columns:
            yield (prefix + line).rstrip()
        else:
            hanging = min(hanging, columns // 2)
            yield from _wrapped(line, columns, prefix, " " * hanging)
        at += len(line) + 1


def _wrapped(line: str, columns: int, prefix: str, hanging: str) -> Iterator[str]:
    """`wrap` takes the square of a word's length, so it gets a long line in pieces."""
    indent = line[: len(line) - len(line.lstrip())]
    for number, piece in enumerate(split(line, columns * 8)):
        first = prefix + (hanging if number else indent)
        yield from wrap(piece, columns, initial_indent=first, subsequent_indent=prefix + hanging)


def _file(file: Attachment) -> str:
    said = ": ".join(part for part in (file.name, file.alt) if part)
    return f"[{said}]" + (f" {file.url}" if file.url.startswith(("http://", "https://")) else "")
