"""Figures and texts in the width of a terminal."""

from __future__ import annotations

_WIDTH = 90


def percent(share: float | None) -> str:
    """Of 1; a dash where nothing was asked."""
    return "     -" if share is None else f"{share * 100:5.1f} %"


def short(text: str) -> str:
    """One line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
