"""CSV: a row is a question with its answer, or a line of a table told with the names of its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from botcore.errors import KnowledgeError
from botcore.knowledge.readers.base import Reading, Section, title_from

_QUESTION = frozenset(("question", "questions", "q", "frage", "pregunta", "问题", "問題", "提问", "質問"))
_ANSWER = frozenset(("answer", "answers", "a", "antwort", "respuesta", "答案", "回答", "答复", "答え"))


def read_table(text: str, path: Path) -> Reading:
    """The first row names the columns. A line `# Title` before it is the document's title."""
    title = title_from(path)
    if text.startswith("#"):
        first, _, text = text.partition("\n")
        title = first.lstrip("#").strip() or title
    try:
        rows = list(
            csv.DictReader(
                io.StringIO(text, newline=""), delimiter=_delimiter(text), restkey="", restval="", strict=True
            )
        )
    except csv.Error as error:
        raise KnowledgeError(
            f"{path.name} is no table that can be read: {error}; save it as CSV with one header row"
        ) from error
    return Reading(title, [section for section in map(_section, rows) if section.text])


def _delimiter(text: str) -> str:
    """The sign that divides the header; a sniffer that looks at all rows is misled by prices and sentences."""
    return max((",", ";", "\t"), key=text.partition("\n")[0].count)


def _section(row: Mapping[str, str | list[str]]) -> Section:
    cells = {
        str(name).strip(): cell.strip()
        for name, cell in row.items()
        if name and isinstance(cell, str) and cell.strip()
    }
    question = _cell(cells, _QUESTION)
    answer = _cell(cells, _ANSWER)
    if question and answer:
        return Section(question, answer)
    told = " · ".join(f"{name}{_colon(name)}{cell}" for name, cell in cells.items())
    return Section(next(iter(cells.values()), ""), told)


def _cell(cells: Mapping[str, str], names: frozenset[str]) -> str:
    return next((cell for name, cell in cells.items() if name.casefold() in names), "")


def _colon(name: str) -> str:
    return ": " if name.isascii() else "："
