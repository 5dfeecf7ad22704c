"""One line of the table that `botcore bench` prints."""

from __future__ import annotations

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One figure: the median of the runs."""

    what: str
    unit: str
    value: float
    bare: float | None = None
    """The same of the bare loop or client, where that makes sense."""
    goal: str = ""
