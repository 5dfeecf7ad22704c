"""Arithmetic in a language model's answer, worked out again."""

from __future__ import annotations

import re

from .algebra.question import Request, Unsolved
from .solver import Solver

MAX_CHECKED = 8
_CLAIM = re.compile(
    r"(?<![\w.=+\-*/×÷^(])((?:\(?-?\d+(?:\.\d+)?\)?\s*[-+*/×÷−]\s*)+\(?-?\d+(?:\.\d+)?\)?)\s*=\s*\$?(-?\d+(?:\.\d+)?)(?![\w.]*\d|\s*[-+*/×÷])"
)


async def doubtful_equations(text: str, solver: Solver) -> list[tuple[str, str]]:
    """Sums such as `12 × 3 = 35` that are wrong, with what comes out. Rounded results pass."""
    doubts = []
    for left, right in _CLAIM.findall(text)[:MAX_CHECKED]:
        formula = left.replace("×", "*").replace("÷", "/").replace("−", "-")
        try:
            value = (await solver.solve([Request("evaluate", formula)])).plain
        except Unsolved:
            continue
        if not _close(value, right):
            doubts.append((f"{left} = {right}", value))
    return doubts


def _close(value: str, claimed: str) -> bool:
    """Whether the claim is the value, rounded to the places that it shows."""
    above, _, below = value.partition("/")
    places = len(claimed.partition(".")[2])
    return bool(abs(float(above) / float(below or 1) - float(claimed)) <= 0.5000001 * 10**-places)
