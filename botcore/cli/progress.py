"""How far a long command is: on stderr, and only where a person looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import track

from botcore.cli.common import harmless

_err = Console(stderr=True, highlight=False, soft_wrap=True)


def watched(what: str) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """Hands rows on, one after the other, under a bar that goes away in the end."""

    def rows_of(rows: Sequence[Any]) -> Iterable[Any]:
        return track(rows, what, console=_err, transient=True, disable=not _err.is_terminal)

    return rows_of


def note(text: str, *, always: bool = False) -> None:
    """A line for who looks on; `always` also where stderr is a file."""
    if always or _err.is_terminal:
        _err.print(harmless(text), markup=False, style="dim")
