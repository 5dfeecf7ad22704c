"""Texts with their intents, in files of one JSON object a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from botcore.errors import ConfigurationError, Fault
from botcore.intents.base import OUT_OF_SCOPE, Examples


class LabelledText(msgspec.Struct, frozen=True):
    text: str
    intent: str = OUT_OF_SCOPE
    language: str = "en"


def examples_of(rows: Sequence[LabelledText]) -> dict[str, dict[str, list[str]]]:
    examples: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        examples.setdefault(row.intent, {}).setdefault(row.language, []).append(row.text)
    return examples


def read_rows(path: Path) -> list[LabelledText]:
    """JSON lines. Raises ConfigurationError with the lines that are none."""
    faults: list[Fault] = []
    rows: list[LabelledText] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError([Fault(str(path), "file", f"it can't be read: {error.strerror}")]) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=LabelledText))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                faults.append(
                    Fault(str(path), f"line {number}", f"expected an object with text and intent: {error}")
                )
    if not rows and not faults:
        faults.append(Fault(str(path), "file", "it has no rows; each line is an object with text and intent"))
    if faults:
        raise ConfigurationError(faults[:20])
    return rows


def rows_of(examples: Examples) -> list[LabelledText]:
    """The other way round. Examples for any language count as English."""
    return [
        LabelledText(text, intent, language or "en")
        for intent, by_language in examples.items()
        for language, texts in by_language.items()
        for text in texts
    ]
