"""Which faults happen in which phase, and how many of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

POINT, POISONED = "point", "poison"
"""Faults that are not done to processes from outside: they die by their plan, or of a message."""


class Phase(msgspec.Struct, frozen=True):
    """What happens in one run."""

    name: str
    kinds: tuple[str, ...]
    """Faults to choose from: POINT, POISONED, or a name that the conductor knows."""
    messages: int
    faults: int
    seconds: float
    """How long people write."""
    processes: int = 4
    fsync: str = "everysec"
    seed: int = 1
    is_naive: bool = False

    def share(self, kind: str) -> int:
        """How many of the faults are of this kind."""
        return self.faults // len(self.kinds) if kind in self.kinds else 0


_PLAN: Sequence[tuple[str, tuple[str, ...], str, float, float]] = (
    # name, kinds, fsync, share of the faults, share of the time
    ("kill -9 of a process at random", ("kill",), "everysec", 0.20, 0.14),
    ("kill -9 at a named point", (POINT,), "everysec", 0.20, 0.14),
    ("SIGSTOP beyond the lease, SIGCONT", ("freeze",), "everysec", 0.04, 0.10),
    ("clock of a process set by days", ("clock",), "everysec", 0.04, 0.04),
    ("SIGTERM, rolling", ("restart",), "everysec", 0.10, 0.08),
    ("poison that kills its process", (POISONED,), "everysec", 0.06, 0.06),
    ("connection delayed, halved, cut", ("delay", "halve", "cut"), "everysec", 0.15, 0.12),
    ("kill -9 of the server, everysec", ("server",), "everysec", 0.05, 0.08),
    ("kill -9 of the server, always", ("server",), "always", 0.05, 0.08),
    ("end of the server's file cut", ("tail",), "everysec", 0.02, 0.06),
    ("all at once, always", ("kill", POINT, "restart", "cut", "server", "clock"), "always", 0.12, 0.10),
)


def phases(messages: int, faults: int, processes: int, seed: int, seconds: float) -> list[Phase]:
    """The whole plan, scaled to these numbers."""
    return [
        Phase(
            name,
            kinds,
            messages=max(20, round(messages * time)),
            faults=max(len(kinds), round(faults * share)),
            seconds=seconds * time,
            processes=processes,
            fsync=fsync,
            seed=seed + number,
        )
        for number, (name, kinds, fsync, share, time) in enumerate(_PLAN)
    ]


def control(seed: int, messages: int = 300, seconds: float = 3.0) -> Phase:
    """The naive bot, which must be caught."""
    return Phase("control: a naive bot", ("kill", POINT), messages, 30, seconds, seed=seed, is_naive=True)
