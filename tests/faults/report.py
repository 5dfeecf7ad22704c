"""Verdicts as a table that a person reads."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tests.faults.checker import Verdict, check
from tests.faults.history import Operation
from tests.faults.recovery import percentile, recoveries

COLUMNS = ("faults", "number", "messages", "lost", "reordered", "doubled", "state back", "uncertain",
           "dead letters", "innocent", "excused", "recovery p50", "p99", "turns hit")  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """What one phase has shown."""

    name: str
    faults: int
    verdict: Verdict
    recoveries: tuple[float, ...]
    """Seconds from a fault to the next finished turn of each conversation that it hit."""
    seconds: float

    def cells(self) -> list[str]:
        verdict = self.verdict
        lost, reordered = len(verdict.lost), len(verdict.reordered)
        doubled, back = len(verdict.doubled) + len(verdict.twice), len(verdict.went_back)
        numbers = [self.faults, verdict.accepted, lost, reordered, doubled, back]
        numbers += [verdict.uncertain, verdict.buried, verdict.innocent, verdict.excused]
        waits = [f"{percentile(self.recoveries, share):.2f} s" for share in (0.5, 0.99)]
        return [self.name, *map(str, numbers), *waits, str(len(self.recoveries))]


def judge(name: str, operations: Sequence[Operation], seconds: float) -> Row:
    faults = sum(operation.kind == "fault" for operation in operations)
    hit = tuple(wait for _, wait in recoveries(operations))
    return Row(name, faults, check(operations), hit, seconds)


def total(rows: Sequence[Row]) -> Row:
    """All phases as one."""
    verdict = Verdict()
    for row in rows:
        for name, value in vars(row.verdict).items():
            setattr(verdict, name, getattr(verdict, name) + value)
    hit = tuple(wait for row in rows for wait in row.recoveries)
    return Row("**all**", sum(row.faults for row in rows), verdict, hit, sum(row.seconds for row in rows))


def markdown(rows: Sequence[Row]) -> str:
    """The table, its columns aligned so that it reads well in a terminal too."""
    lines = [list(COLUMNS), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    head, *body = (
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
    return "\n".join([head, "|" + "|".join("-" * (width + 2) for width in widths) + "|", *body]) + "\n"
