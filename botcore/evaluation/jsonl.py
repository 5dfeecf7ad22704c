"""Files of examples: one JSON object a line, every mistake named with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from botcore.errors import ConfigurationError, Fault

RowT = TypeVar("RowT", bound=msgspec.Struct)
MOST_FAULTS = 20
"""As many mistakes are told at once."""


class Faults:
    """Mistakes of one file, gathered so that one reading mends them all."""

    def __init__(self, path: Path) -> None:
        self._where = str(path)
        self._faults: list[Fault] = []

    def add(self, line: int, problem: str) -> None:
        """A `line` of 0 means the whole file."""
        self._faults.append(Fault(self._where, f"line {line}" if line else "file", problem))

    @property
    def full(self) -> bool:
        """Whether what is added now is only counted."""
        return len(self._faults) >= MOST_FAULTS

    def refuse(self) -> None:
        """Raise ConfigurationError where there are any."""
        if not self._faults:
            return
        told = self._faults[:MOST_FAULTS]
        if more := len(self._faults) - len(told):
            told.append(Fault(self._where, "file", f"{more} more lines have mistakes"))
        raise ConfigurationError(told)


def read_jsonl(path: Path, row: type[RowT], form: str) -> list[tuple[int, RowT]]:
    """The rows with the numbers of their lines; empty lines are passed over.

    `form` tells a person what a line holds. Raises ConfigurationError with the mistakes of all lines.
    """
    faults = Faults(path)
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        faults.add(0, f"it can't be read: {error.strerror}")
        lines = []
    else:
        if not any(line.strip() for line in lines):
            faults.add(0, f"it has no rows; each line is {form}")
    rows = list(_decoded(lines, row, form, faults))
    faults.refuse()
    return rows


def _decoded(
    lines: Sequence[bytes], row: type[RowT], form: str, faults: Faults
) -> Iterator[tuple[int, RowT]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line, type=row)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                faults.add(number, f"expected {form}: {error}")
