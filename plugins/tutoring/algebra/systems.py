"""Several equations at once, and inequalities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from .printing import short, show
from .question import Solution, Step, Unsolved

MAX_UNKNOWNS = 6
_CLOSE = 1e-9


def solve_system(equations: Sequence[Any], wanted: Sequence[Any]) -> Solution:
    """All solutions of a system; for a linear one the elimination is shown."""
    unknowns = sorted({s for equation in equations for s in equation.free_symbols}, key=str)
    if not 1 <= len(unknowns) <= MAX_UNKNOWNS:
        raise Unsolved("unknowns", limit=str(MAX_UNKNOWNS))
    given = "; ".join(show(equation) for equation in equations)
    differences = [sp.expand(equation.lhs - equation.rhs) for equation in equations]
    steps: list[Step] = []
    if all(d.is_polynomial(*unknowns) and sp.Poly(d, *unknowns).total_degree() <= 1 for d in differences):
        found = [_eliminate(differences, unknowns, steps)]
    else:
        found = [solution for solution in sp.solve(differences, unknowns, dict=True) if _real(solution)]
        steps.append(Step("substitution_system"))
    if not found:
        raise Unsolved("no_real")
    for solution in found:
        if not all(_zero(d.subs(solution)) for d in differences):
            raise Unsolved("unverified")
    return _system_answer(given, found, [u for u in unknowns if not wanted or u in wanted], steps)


def _system_answer(
    given: str, found: list[dict[Any, Any]], shown: Sequence[Any], steps: list[Step]
) -> Solution:
    free = any(value.free_symbols for solution in found for value in solution.values())
    lines = [
        ", ".join(f"{show(u)} = {show(solution[u])}" for u in shown if u in solution) for solution in found
    ]
    plain = [", ".join(str(solution[u]) for u in shown if u in solution) for solution in found]
    if not all(lines):
        raise Unsolved("undetermined")
    unique, unique_plain = list(dict.fromkeys(lines)), list(dict.fromkeys(plain))
    notes = [Step("free")] if free else []
    return Solution(given, " | ".join(unique), "; ".join(unique_plain), steps, [Step("roots")], notes)


def _eliminate(differences: Sequence[Any], unknowns: Sequence[Any], steps: list[Step]) -> dict[Any, Any]:
    """Substitution, one unknown at a time, as by hand."""
    rest = [d for d in differences if d != 0]
    chosen: list[tuple[Any, Any]] = []
    for unknown in unknowns:
        holder = next((d for d in rest if d.has(unknown)), None)
        if holder is None:
            continue
        value = sp.solve(holder, unknown)[0]
        steps.append(Step("express", {"e": f"{show(holder)} = 0", "x": show(unknown), "v": short(value)}))
        rest = [sp.expand(d.subs(unknown, value)) for d in rest if d is not holder]
        rest = [d for d in rest if d != 0]
        if any(d.is_number for d in rest):
            raise Unsolved("never")
        if rest:
            steps.append(Step("put_in", {"x": show(unknown), "e": "; ".join(f"{show(d)} = 0" for d in rest)}))
        chosen.append((unknown, value))
    solution: dict[Any, Any] = {}
    for unknown, value in reversed(chosen):
        solution[unknown] = sp.expand(value.subs(solution))
    steps.append(
        Step("back_substitution", {"e": ", ".join(f"{show(u)} = {show(solution[u])}" for u, _ in chosen)})
    )
    return solution


def _real(solution: dict[Any, Any]) -> bool:
    return all(value.is_real is not False for value in solution.values())


def _zero(value: Any) -> bool:
    return bool(sp.simplify(value) == 0) if value.free_symbols else abs(complex(value.evalf(30))) < _CLOSE


def solve_inequality(relations: Sequence[Any], x: Any) -> Solution:
    """Where all the inequalities hold, by the signs between the places where both sides are equal."""
    given = "; ".join(show(relation) for relation in relations)
    steps: list[Step] = []
    found: Any = sp.S.Reals
    for relation in relations:
        difference = sp.together(relation.lhs - relation.rhs)
        zeros = sp.solveset(difference, x, sp.S.Reals)
        if isinstance(zeros, sp.FiniteSet):
            values = ", ".join(show(zero) for zero in sorted(zeros, key=float))
            steps.append(Step("critical", {"e": f"{show(difference)} = 0", "values": values or "∅"}))
        found = found.intersect(sp.solve_univariate_inequality(relation, x, relational=False))
    steps.append(Step("signs"))
    if found is sp.S.EmptySet:
        raise Unsolved("never")
    if not all(_agrees(relations, found, x, sp.Rational(point, 8)) for point in range(-163, 165, 9)):
        raise Unsolved("unverified")
    return Solution(given, _intervals(found, x), str(found), steps, [Step("points")])


def _agrees(relations: Sequence[Any], found: Any, x: Any, point: Any) -> bool:
    holds = all(
        bool(sp.N(relation.lhs.subs(x, point)).is_real) and relation.subs(x, point) == sp.true
        for relation in relations
    )
    return bool(holds == (found.contains(point) == sp.true))


def _intervals(found: Any, x: Any) -> str:
    if found == sp.S.Reals:
        return f"{show(x)} ∈ ℝ"
    parts = found.args if isinstance(found, sp.Union) else (found,)
    return " ∪ ".join(_interval(part, x) for part in parts)


def _interval(part: Any, x: Any) -> str:
    name = show(x)
    if isinstance(part, sp.FiniteSet):
        return ", ".join(f"{name} = {show(value)}" for value in sorted(part, key=float))
    if not isinstance(part, sp.Interval):
        raise Unsolved("no_method")
    low = "" if part.start == -sp.oo else f"{show(part.start)} {'<' if part.left_open else '≤'} "
    high = "" if part.end == sp.oo else f" {'<' if part.right_open else '≤'} {show(part.end)}"
    if low and high:
        return f"{low}{name}{high}"
    return f"{name}{high}" if high else f"{name} {'>' if part.left_open else '≥'} {show(part.start)}"
