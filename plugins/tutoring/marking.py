"""Whether an answer is the right one, by its value and not by how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .algebra.notation import plain
from .algebra.question import Request, Unsolved
from .solver import Solver
from .wording import read

Verdict = Literal["right", "wrong", "refused", "unclear"]
_ORDERED = frozenset({"sort", "sort_down"})
_BETWEEN = re.compile(r"\s*(?:[,;|]|\bor\b|\band\b)\s*")
_NAMED = re.compile(r"([A-Za-z]\w*)\s*=\s*(.+)", re.DOTALL)
_TRUTH = {"true": "True", "yes": "True", "false": "False", "no": "False"}
_RELATIONS = ("<", ">", "=", "Interval", "Union", "Set")


async def mark(solver: Solver, question: str, answer: str) -> tuple[Verdict, str]:
    """What the solver's answer is worth, and that answer or the reason why there is none.

    "unclear" where both can't be compared: `answer` is no formula, or the comparison takes too long.
    """
    try:
        requests = read(question)
        solution = await solver.solve(requests)
    except Unsolved as error:
        return "refused", error.reason
    given = solution.plain
    try:
        same = await _same(solver, requests[-1], given, answer)
    except Unsolved:
        return "unclear", given
    return "right" if same else "wrong", given


async def same_value(solver: Solver, one: str, other: str, *, positive: bool = False) -> bool:
    """Whether two formulas have the same value wherever both are defined. Raises Unsolved where one can't be read."""
    difference = Request("simplify", f"({one})-({other})", positive=positive)
    return (await solver.solve([difference])).plain == "0"


async def _same(solver: Solver, request: Request, given: str, answer: str) -> bool:
    if _bare(given) == _bare(answer):
        return True
    if given in {"True", "False"}:
        return _TRUTH.get(answer.strip().rstrip(".").casefold()) == given
    if any(sign in given for sign in _RELATIONS):
        raise Unsolved("relation")
    ours, theirs = _values(given), _values(plain(answer))
    if len(ours) != len(theirs):
        return False
    ordered = request.task in _ORDERED or (
        request.task == "solve" and ";" not in given and _is_system(request)
    )
    return await _matched(solver, ours, theirs, ordered=ordered, positive=request.positive)


async def _matched(
    solver: Solver, ours: Sequence[str], theirs: Sequence[str], *, ordered: bool, positive: bool
) -> bool:
    """Whether each value has its own partner; in order, or in any."""
    left = list(theirs)
    for one in ours:
        for other in left[:1] if ordered else left:
            if _bare(one) == _bare(other) or await same_value(solver, one, other, positive=positive):
                left.remove(other)
                break
        else:
            return False
    return True


def _values(text: str) -> list[str]:
    """The values of "x = 1, y = 2" by the names of the letters, of "3 or 4" as they stand."""
    parts = [part for part in _BETWEEN.split(text.strip().rstrip(".")) if part]
    named = [found for part in parts if (found := _NAMED.fullmatch(part))]
    if len(named) == len(parts) and len({found[1] for found in named}) == len(parts):
        return [found[2] for found in sorted(named, key=lambda found: found[1])]
    return [found[2] if (found := _NAMED.fullmatch(part)) else part for part in parts]


def _is_system(request: Request) -> bool:
    return len(re.findall("=", request.formula)) > 1


def _bare(text: str) -> str:
    return "".join(text.split())
