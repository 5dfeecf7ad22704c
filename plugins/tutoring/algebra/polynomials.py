"""Factorising, expanding and simplifying, with the identities that do it."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .checking import same_numbers
from .printing import short, show
from .question import Solution, Step, Unsolved

MAX_EXPANDED_TERMS = 400


def factor(expr: Any, given: str) -> Solution:
    """Over the rational numbers."""
    if not expr.free_symbols:
        raise Unsolved("no_letter")
    found = sp.factor(expr)
    if not sp.expand(expr - sp.expand(found)).equals(0):
        raise Unsolved("unverified")
    steps = _factor_steps(expr)
    irreducible = _same(found, expr)
    steps.append(
        Step("irreducible", {"f": short(expr)}) if irreducible else Step("factored", {"f": short(found)})
    )
    return Solution(given, show(found), str(found), steps, [Step("expanded", {"f": short(sp.expand(expr))})])


def _same(left: Any, right: Any) -> bool:
    return show(sp.expand(right)) == show(left)


def _factor_steps(expr: Any) -> list[Step]:
    expr = sp.expand(expr)
    if not expr.is_polynomial():
        return []
    steps: list[Step] = []
    common = sp.gcd_terms(expr)
    powers = [f for f in sp.Mul.make_args(common) if not f.is_Add]
    outside = sp.Mul(*powers)
    rest = sp.cancel(expr / outside)
    if outside != 1:
        steps.append(Step("common_factor", {"c": show(outside), "f": short(rest)}))
    steps += _identity(rest)
    return steps


def _identity(rest: Any) -> list[Step]:
    """The school identity that the rest is an example of."""
    factors = sp.factor_list(rest)[1]
    if len(rest.free_symbols) != 1:
        return _square_identity(rest, factors)
    x = next(iter(rest.free_symbols))
    poly = sp.Poly(rest, x)
    if named := _square_identity(rest, factors):
        return named
    if poly.degree() == 2 and len(factors) == 2:
        a, b, c = poly.all_coeffs()
        roots = sp.roots(poly, x)
        p, q = (-root * a for root in roots)
        if a == 1:
            return [Step("sum_and_product", {"b": show(b), "c": show(c), "p": show(p), "q": show(q)})]
        return [Step("split_middle", {"ac": show(a * c), "b": show(b), "p": show(p), "q": show(q)})]
    return _rational_roots(poly, x)


def _square_identity(rest: Any, factors: list[Any]) -> list[Step]:
    if len(factors) == 1 and factors[0][1] == 2 and len(sp.Add.make_args(factors[0][0])) == 2:
        a, b = factors[0][0].as_ordered_terms()
        return [
            Step(
                "perfect_square",
                {"a": show(a), "b": show(b).lstrip("−"), "sign": "−" if show(b).startswith("−") else "+"},
            )
        ]
    terms = sp.Add.make_args(rest)
    if len(terms) == 2 and len(factors) == 2 and all(power == 1 for _, power in factors):
        plus, minus = factors[0][0], factors[1][0]
        a, b = (plus + minus) / 2, (plus - minus) / 2
        if len(sp.Add.make_args(sp.expand(a))) == 1 and len(sp.Add.make_args(sp.expand(b))) == 1:
            return [
                Step("difference_of_squares", {"a": show(sp.expand(a)), "b": show(sp.expand(b)).lstrip("−")})
            ]
    return []


def _rational_roots(poly: Any, x: Any) -> list[Step]:
    steps = []
    for factor_, _ in poly.factor_list()[1]:
        if factor_.degree() == 1 and poly.degree() > 2:
            a, b = factor_.all_coeffs()
            steps.append(
                Step("rational_root", {"x": show(x), "r": show(-b / a), "f": show(factor_.as_expr())})
            )
    return steps[:6]


def expand(expr: Any, given: str) -> Solution:
    """Every product multiplied out and like terms collected."""
    _refuse_many(expr)
    found = sp.expand(expr)
    if not same_numbers(expr, found):
        raise Unsolved("unverified")
    steps = []
    for part in sp.preorder_traversal(expr):
        if part.is_Pow and part.base.is_Add and part.exp.is_Integer and part.exp > 1:
            rule = "binomial_square" if part.exp == 2 and len(part.base.args) == 2 else "power_of_sum"
            values = {"f": short(part), "g": short(sp.expand(part)), "n": show(part.exp)}
            if rule == "binomial_square":
                a, b = part.base.as_ordered_terms()
                values |= {"a": show(a), "b": show(b)}
            steps.append(Step(rule, values))
        elif part.is_Mul and any(factor.is_Add for factor in part.args):
            steps.append(Step("distribute", {"f": short(part), "g": short(sp.expand(part))}))
    steps.append(Step("collect", {"f": short(found)}))
    return Solution(given, show(found), str(found), steps[:12], [Step("numbers")])


def _refuse_many(expr: Any) -> None:
    terms = 1
    for part in sp.preorder_traversal(expr):
        if part.is_Pow and part.base.is_Add and part.exp.is_Integer:
            terms *= int(sp.binomial(abs(int(part.exp)) + len(part.base.args) - 1, len(part.base.args) - 1))
        elif part.is_Mul:
            for factor_ in part.args:
                terms *= len(factor_.args) if factor_.is_Add else 1
        if terms > MAX_EXPANDED_TERMS * 50:
            raise Unsolved("too_large")


def simplify(expr: Any, given: str) -> Solution:
    """The shortest form that is equal wherever the given one is defined, and where it isn't."""
    if not expr.free_symbols:
        return _simplify_number(expr, given)
    above, below = sp.fraction(sp.together(expr))
    steps: list[Step] = []
    notes: list[Step] = []
    if below.free_symbols and expr.is_rational_function():
        found = sp.cancel(expr)
        top, bottom = sp.factor(above), sp.factor(below)
        steps.append(Step("factor_fraction", {"a": short(top), "b": short(bottom)}))
        common = sp.gcd(above, below)
        if common.free_symbols:
            steps.append(Step("cancel", {"c": short(sp.factor(common)), "f": short(found)}))
        notes = _excluded(below, found)
        found = min((found, sp.factor(found)), key=lambda e: (sp.count_ops(e), len(show(e))))
    else:
        found = _shortest(expr)
        steps.append(Step(_simplifying_rule(expr), {"f": short(found)}))
    if not same_numbers(expr, found):
        raise Unsolved("unverified")
    return Solution(given, show(found), str(found), steps, [Step("numbers")], notes)


def _shortest(expr: Any) -> Any:
    candidates = [expr, sp.powsimp(expr), sp.simplify(expr)]
    if expr.is_polynomial():
        candidates = [sp.expand(expr)]
    return min(candidates, key=lambda candidate: (sp.count_ops(candidate), len(show(candidate))))


def _simplifying_rule(expr: Any) -> str:
    if expr.has(sp.sin, sp.cos, sp.tan):
        return "trig_identities"
    if expr.has(sp.log):
        return "log_laws"
    return "like_terms" if expr.is_polynomial() else "power_laws"


def _excluded(below: Any, found: Any) -> list[Step]:
    """Where the given fraction has no value although the simplified one has."""
    letters = below.free_symbols
    if len(letters) != 1:
        return []
    x = next(iter(letters))
    lost = [root for root in sp.roots(sp.Poly(below, x)) if root.is_real and found.subs(x, root).is_finite]
    return [Step("excluded", {"x": show(x), "values": ", ".join(sorted(map(show, lost)))})] if lost else []


def _simplify_number(expr: Any, given: str) -> Solution:
    found = sp.radsimp(sp.expand(expr))
    if found.has(sp.sin, sp.cos, sp.log, sp.tan):
        found = sp.simplify(found)
    if not same_numbers(expr, found):
        raise Unsolved("unverified")
    return Solution(given, show(found), str(found), [Step("collect", {"f": short(found)})], [Step("numbers")])
