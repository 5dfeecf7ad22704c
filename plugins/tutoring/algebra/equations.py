"""Equations in one unknown: the way a school book goes, and every root put back into the equation."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .printing import short, show, with_decimal
from .question import Solution, Step, Unsolved

MAX_DEGREE = 30
_CLOSE = 1e-9


def solve_equation(equation: Any, x: Any) -> Solution:
    """All real solutions; complex ones too where a polynomial has no others."""
    left, right = equation.lhs, equation.rhs
    given = f"{show(left)} = {show(right)}"
    difference = sp.together(left - right)
    above, below = sp.fraction(difference)
    polynomial = _polynomial(above, x)
    if polynomial is None:
        return _other(left, right, x, given)
    steps: list[Step] = []
    if below.has(x):
        steps.append(
            Step("common_denominator", {"d": short(sp.factor(below)), "f": short(polynomial.as_expr())})
        )
    elif right != 0 or left != polynomial.as_expr():
        steps.append(Step("to_one_side", {"f": short(polynomial.as_expr())}))
    roots, notes = _roots(polynomial, x, steps)
    kept = [root for root in roots if not (below.has(x) and sp.simplify(below.subs(x, root)) == 0)]
    if len(kept) < len(roots):
        steps.append(Step("rejected", {"values": _listed(x, [root for root in roots if root not in kept])}))
    return _answer(given, x, kept, left - right, steps, notes)


def _polynomial(above: Any, x: Any) -> Any:
    above = sp.expand(above)
    if not above.is_polynomial(x):
        return None
    polynomial = sp.Poly(above, x)
    if polynomial.degree() > MAX_DEGREE:
        raise Unsolved("too_large")
    return polynomial


def _roots(polynomial: Any, x: Any, steps: list[Step]) -> tuple[list[Any], list[Step]]:
    degree = polynomial.degree()
    if degree <= 0:
        raise Unsolved("always" if polynomial.is_zero else "never")
    if degree == 1:
        return _linear(polynomial, x, steps), []
    if degree == 2:
        return _quadratic(polynomial, x, steps)
    return _higher(polynomial, x, steps)


def _linear(polynomial: Any, x: Any, steps: list[Step]) -> list[Any]:
    a, b = polynomial.all_coeffs()
    root = sp.simplify(-b / a)
    steps.append(Step("isolate", {"f": f"{show(a * x)} = {show(-b)}"}))
    if a != 1:
        steps.append(Step("divide", {"a": show(a), "x": show(x), "v": show(root)}))
    if a.free_symbols:
        steps.append(Step("divisor_not_zero", {"a": show(a)}))
    return [root]


def _quadratic(polynomial: Any, x: Any, steps: list[Step]) -> tuple[list[Any], list[Step]]:
    a, b, c = polynomial.all_coeffs()
    discriminant = sp.expand(b**2 - 4 * a * c)
    factors = polynomial.factor_list()[1]
    rational = all(factor.degree() == 1 for factor, _ in factors)
    steps.append(Step("quadratic", {"a": show(a), "b": show(b), "c": show(c)}))
    if rational and not discriminant.free_symbols:
        return _by_factors(polynomial, x, steps)
    steps.append(
        Step(
            "discriminant",
            {"D": show(discriminant), "b": _bracketed(b), "a": _bracketed(a), "c": _bracketed(c)},
        )
    )
    root = sp.sqrt(discriminant)
    roots = [sp.simplify((-b - root) / (2 * a)), sp.simplify((-b + root) / (2 * a))]
    formula = {
        "b": show(-b),
        "D": show(sp.Pow(discriminant, sp.Rational(1, 2), evaluate=False)),
        "a": show(2 * a),
        "x": show(x),
    }
    steps.append(Step("quadratic_formula", {**formula, "roots": _listed(x, roots)}))
    if discriminant.is_negative:
        return roots, [Step("complex")]
    return sorted(roots, key=_as_number), []


def _by_factors(polynomial: Any, x: Any, steps: list[Step]) -> tuple[list[Any], list[Step]]:
    factors = polynomial.factor_list()[1]
    steps.append(Step("quadratic_factor", {"f": short(sp.factor(polynomial.as_expr()))}))
    steps.append(Step("zero_product"))
    roots = []
    for factor, _ in factors:
        a, b = factor.all_coeffs()
        roots.append(-b / a)
        steps.append(Step("factor_roots", {"f": show(factor.as_expr()), "roots": _listed(x, roots[-1:])}))
    return sorted(roots, key=_as_number), [Step("double_root")] if len(factors) == 1 else []


def _bracketed(number: Any) -> str:
    text = show(number)
    return f"({text})" if text.startswith("−") or " " in text else text


def _higher(polynomial: Any, x: Any, steps: list[Step]) -> tuple[list[Any], list[Step]]:
    factors = polynomial.factor_list()[1]
    if len(factors) > 1 or factors[0][1] > 1:
        steps.append(Step("quadratic_factor", {"f": short(sp.factor(polynomial.as_expr()))}))
        steps.append(Step("zero_product"))
    roots: list[Any] = []
    notes: list[Step] = []
    for factor, _ in factors:
        found = _factor_roots(factor, x, notes)
        steps.append(Step("factor_roots", {"f": show(factor.as_expr()), "roots": _listed(x, found) or "∅"}))
        roots += found
    if not roots:
        raise Unsolved("no_real")
    if sum(power * factor.degree() for factor, power in factors if factor.degree() > 1) > len(roots):
        notes.append(Step("real_only"))
    return sorted(roots, key=_as_number), notes


def _factor_roots(factor: Any, x: Any, notes: list[Step]) -> list[Any]:
    """Real roots of an irreducible factor: exact up to degree 2 and for a pure power, else to fifteen digits."""
    if factor.free_symbols_in_domain and factor.degree() > 2:
        raise Unsolved("letters_in_polynomial")
    if factor.degree() <= 2 or len(factor.terms()) == 2:
        return [root for root in sp.roots(factor) if root.is_real]
    notes[:] = [Step("approximate")]
    return [sp.N(root, 15) for root in factor.real_roots()]


def _other(left: Any, right: Any, x: Any, given: str) -> Solution:
    """Equations that aren't polynomial: SymPy's solution set over the reals, as far as it is certain."""
    real = sp.solveset(left - right, x, sp.S.Reals)
    steps = [Step("solution_set", {"x": show(x)})]
    if isinstance(real, sp.FiniteSet):
        if not real:
            raise Unsolved("no_real")
        return _answer(given, x, sorted(real, key=_as_number), left - right, steps, [])
    if periodic := _periodic(real, x, left - right):
        return Solution(given, periodic, str(real), [Step("periodic")], [Step("roots")], [Step("whole_n")])
    try:
        roots = [root for root in sp.solve(left - right, x) if root.is_real]
    except NotImplementedError:
        raise Unsolved("no_method") from None
    if not roots:
        raise Unsolved("no_method")
    return _answer(given, x, sorted(roots, key=_as_number), left - right, steps, [Step("maybe_more")])


def _periodic(found: Any, x: Any, difference: Any) -> str:
    """x = π/6 + 2πn, ... for the sets that SymPy gives for trigonometric equations; nothing for others."""
    sets = found.args if isinstance(found, sp.Union) else (found,)
    shown = []
    n = sp.Symbol("n", integer=True)
    for part in sets:
        if not isinstance(part, sp.ImageSet) or part.base_sets != (sp.S.Integers,):
            return ""
        formula = sp.expand(part.lamda(n))
        if any(abs(complex(difference.subs(x, formula.subs(n, k)).evalf(20))) > _CLOSE for k in (-1, 0, 2)):
            raise Unsolved("unverified")
        shown.append(f"{show(x)} = {show(formula)}")
    return ", ".join(shown)


def _answer(
    given: str, x: Any, roots: list[Any], difference: Any, steps: list[Step], notes: list[Step]
) -> Solution:
    if not roots:
        raise Unsolved("no_real")
    for root in roots:
        if not _is_root(difference, x, root):
            raise Unsolved("unverified")
    return Solution(given, _listed(x, roots), ", ".join(map(str, roots)), steps, [Step("roots")], notes)


def _is_root(difference: Any, x: Any, root: Any) -> bool:
    """Whether the root, put back, gives zero: exactly, or closer than rounding can tell."""
    value = difference.subs(x, root)
    if difference.free_symbols - {x}:
        return bool(sp.simplify(value) == 0)
    scale = sum(
        abs(complex(term.subs(x, root).evalf(30))) for term in sp.Add.make_args(sp.expand(difference))
    )
    return abs(complex(value.evalf(40))) <= _CLOSE * max(1.0, scale)


def _listed(x: Any, roots: list[Any]) -> str:
    return ", ".join(
        f"{show(x)} {'≈' if root.has(sp.Float) else '='} {_with_decimal(root)}" for root in roots
    )


def _with_decimal(root: Any) -> str:
    if root.is_real and not root.is_Rational and not root.has(sp.Float) and not root.free_symbols:
        return with_decimal(sp.together(root))
    return show(sp.together(root))


def _as_number(root: Any) -> float:
    return complex(root.evalf(20)).real if not root.free_symbols else 0.0
