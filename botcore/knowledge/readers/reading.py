"""Chooses the reader by the file's ending, and turns what goes wrong into one kind of error."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from botcore.errors import KnowledgeError
from botcore.knowledge.readers.base import Reading
from botcore.knowledge.readers.converted import read_html, read_office, read_pdf
from botcore.knowledge.readers.markdown import read_markdown, read_text
from botcore.knowledge.readers.table import read_table

MAX_BYTES = 20_000_000
MAX_SECTIONS = 20_000

_TEXTS: dict[str, Callable[[str, Path], Reading]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".csv": read_table,
    ".tsv": read_table,
    ".txt": read_text,
}
_FILES: dict[str, Callable[[Path], Reading]] = {
    ".pdf": read_pdf,
    ".html": read_html,
    ".htm": read_html,
    ".docx": read_office,
    ".pptx": read_office,
    ".xlsx": read_office,
}
SUFFIXES = frozenset(_TEXTS) | frozenset(_FILES)


def read(path: Path) -> Reading:
    """Blocks: call it in a thread. Raises KnowledgeError, with the file's name and the remedy."""
    try:
        reading = _read(path)
    except KnowledgeError:
        raise
    except Exception as error:  # the libraries behind it raise whatever a broken file makes them raise
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise KnowledgeError(f"{path} can't be read: {why}") from error
    if not reading.sections:
        raise KnowledgeError(f"{path.name} holds no text; a scanned document must be recognised (OCR) first")
    if len(reading.sections) > MAX_SECTIONS:
        raise KnowledgeError(
            f"{path.name} has {len(reading.sections):,} parts, and {MAX_SECTIONS:,} is the limit: split it"
        )
    return reading


def _read(path: Path) -> Reading:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise KnowledgeError(
            f"{path.name} has {size / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} is the limit: split it"
        )
    suffix = path.suffix.lower()
    if suffix in _TEXTS:
        return _TEXTS[suffix](_decoded(path), path)
    if suffix in _FILES:
        return _FILES[suffix](path)
    raise KnowledgeError(
        f"{path.name}: files of this kind can't be read; known are {', '.join(sorted(SUFFIXES))}"
    )


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"{path.name} is no UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
