"""What the plugin asks of the child process, and what comes back. Plain data, sent as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Task = Literal[
    "differentiate", "integrate", "solve", "factor", "expand", "simplify", "evaluate", "gcd", "lcm", "prime",
    "composite", "prime_factors", "remainder", "nearest", "next_term", "nth_term", "sort", "sort_down", "define",
]  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One sentence of a question. All but the last define names that the later ones use."""

    task: Task
    formula: str
    variable: str = ""
    """Variables asked for, separated by commas; empty to find it out from the formula."""
    order: int = 1
    """Of the derivative, or of the root in `nearest`."""
    lower: str = ""
    upper: str = ""
    at: str = ""
    """Where the derivative is wanted as a number."""
    name: str = ""
    """The name that the result is given: `k` in "let k(p) be the derivative of ..."."""
    parameter: str = ""
    positive: bool = False
    """The variables are positive numbers."""


@dataclass(frozen=True)
class Step:
    """One line of the explanation: a text's key in the locales below `step.`, and the formulas it shows."""

    rule: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Solution:
    """The answer, how one gets there, and how it was checked. Formulas are in Unicode."""

    given: str
    answer: str
    plain: str
    """The answer in ASCII, as a program reads it: `3*x**2 + 4*x - 3`."""
    steps: Sequence[Step] = ()
    checks: Sequence[Step] = ()
    """Keys below `check.`. An answer that fails its check is never given."""
    notes: Sequence[Step] = ()
    """Keys below `note.`."""


class Unsolved(Exception):
    """Why there is no answer: a text's key in the locales below `unsolved.`, and its values."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values_ = values
