"""How long people waited because of a fault: from the fault to the next finished turn of their conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.faults.history import EVERYBODY, Operation

Hit = tuple[str, float, str]
"""Which fault, when, and the event whose turn was in hand."""


def recoveries(operations: Sequence[Operation]) -> Iterator[tuple[str, float]]:
    """(fault, seconds) for every turn that was in the hands of a process that a fault hit.

    The log must be sorted by time. Where the next worker is hit too, the clock starts again.
    """
    in_hand: dict[str, dict[str, str]] = defaultdict(dict)
    waiting: dict[str, Hit] = {}
    for operation in operations:
        here = operation.conversation
        if operation.kind == "claimed":
            in_hand[operation.by][here] = operation.id
        elif operation.kind == "fault":
            for by in list(in_hand) if operation.by == EVERYBODY else [operation.by]:
                for conversation, id in in_hand.pop(by, {}).items():
                    waiting[conversation] = (operation.text, operation.at, id)
        elif operation.kind in ("refused", "released"):
            in_hand[operation.by].pop(here, None)
        elif operation.kind in ("committed", "buried"):
            in_hand[operation.by].pop(here, None)
            yield from _over(waiting, operation)
        elif operation.kind == "sent" and here in waiting and waiting[here][2] == operation.id:
            # Its commit was stored just before its process could log it.
            yield from _over(waiting, operation)


def _over(waiting: dict[str, Hit], operation: Operation) -> Iterator[tuple[str, float]]:
    if hit := waiting.pop(operation.conversation, None):
        yield hit[0], operation.at - hit[1]


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; 0 where there is no value."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0
