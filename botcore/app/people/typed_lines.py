"""The lines that a person typed into `botcore chat`, which its up key brings back."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

from botcore.memory.base import Owner

TERMINAL = "cli"
FILE = "chat-history"


class TypedLines:
    """In the data folder. They are of whoever uses this account of the machine."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def of(self, owner: Owner) -> Sequence[str]:
        """Oldest first; none of anybody else."""
        if not self._is_of(owner) or not self._file.exists():
            return []
        lines = self._file.read_text("utf-8", "replace").splitlines()
        return [line.removeprefix("+") for line in lines if line.startswith("+")]

    def erase(self, owner: Owner) -> None:
        if self._is_of(owner):
            self._file.unlink(missing_ok=True)

    @staticmethod
    def _is_of(owner: Owner) -> bool:
        return owner == Owner(TERMINAL, getpass.getuser())
