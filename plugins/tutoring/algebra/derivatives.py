"""Derivatives with the rules that lead to them. SymPy says what the derivative is; this says why."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .checking import same_numbers
from .printing import short, show
from .question import Solution, Step, Unsolved

MAX_STEPS = 24

_TABLE = {
    sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.cot: "cot", sp.sec: "sec", sp.csc: "csc", sp.log: "ln",
    sp.asin: "arcsin", sp.acos: "arccos", sp.atan: "arctan", sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh",
    sp.Abs: "abs",
}  # fmt: skip


def differentiate(expr: Any, x: Any, order: int = 1, at: Any = None) -> Solution:
    """The derivative, one rule a line. `order` times, and its value at `at` where one is given."""
    if not 1 <= order <= 10:
        raise Unsolved("order", limit="10")
    steps: list[Step] = []
    current = expr
    for turn in range(order):
        if order > 1:
            steps.append(Step("derivative_number", {"n": str(turn + 1), "f": short(current)}))
        explained = _explain(current, x, steps)
        following = tidy(sp.diff(current, x))
        if not same_numbers(sp.Derivative(current, x), following, x):
            raise Unsolved("unverified")
        if show(explained) != show(following):
            steps.append(Step("tidy", {"f": short(following)}))
        current = following
    dashes = "′" * order if order <= 3 else f"^({order})"
    given = f"({show(expr)}){dashes}"
    checks = [Step("derivative")]
    if at is None:
        return Solution(given, show(current), str(current), steps[:MAX_STEPS], checks)
    value = sp.simplify(current.subs(x, at))
    if not value.is_finite:
        raise Unsolved("undefined")
    steps = [
        *steps[: MAX_STEPS - 1],
        Step("value_at", {"x": show(x), "a": show(at), "f": short(current), "v": show(value)}),
    ]
    return Solution(f"{given}, {show(x)} = {show(at)}", show(value), str(value), steps, checks)


def tidy(expr: Any) -> Any:
    """Powers collected for a polynomial; else the shorter of what was found and its factorised form."""
    if expr.is_polynomial():
        return sp.expand(expr)
    candidates = [expr, sp.together(expr), sp.factor_terms(expr)]
    return min(candidates, key=lambda candidate: (len(show(candidate)), candidates.index(candidate)))


def _explain(expr: Any, x: Any, steps: list[Step]) -> Any:  # noqa: PLR0911  one case for each kind
    """Appends the rules, outermost first, and gives the derivative as these rules leave it."""
    if len(steps) > MAX_STEPS:
        return sp.diff(expr, x)
    if not expr.has(x):
        steps.append(Step("constant", {"f": short(expr)}))
        return sp.Integer(0)
    if expr == x:
        steps.append(Step("identity", {"x": show(x)}))
        return sp.Integer(1)
    if expr.is_Add:
        steps.append(Step("sum", {"f": short(expr)}))
        return sp.Add(*(_explain(term, x, steps) for term in expr.as_ordered_terms()))
    if expr.is_Mul:
        return _product(expr, x, steps)
    if expr.is_Pow or isinstance(expr, sp.exp):
        return _power(expr, x, steps)
    return _function(expr, x, steps)


def _product(expr: Any, x: Any, steps: list[Step]) -> Any:
    constant, rest = expr.as_independent(x, as_Add=False)
    if constant != 1:
        result = sp.diff(expr, x)
        if rest == x or (rest.is_Pow and rest.base == x and not rest.exp.has(x)):
            rule = "linear" if rest == x else "multiple_power"
            values = {
                "f": short(expr),
                "d": short(result),
                "c": show(constant),
                "g": short(rest),
                "x": show(x),
            }
            if rest != x:
                values |= {"n": show(rest.exp), "m": show(rest.exp - 1), "p": short(sp.diff(rest, x))}
            steps.append(Step(rule, values))
            return result
        steps.append(Step("multiple", {"c": show(constant), "g": short(rest)}))
        return constant * _explain(rest, x, steps)
    above, below = sp.fraction(expr)
    if below.has(x):
        return _quotient(above, below, x, steps)
    first, second = _two_factors(expr, x)
    steps.append(Step("product", {"u": short(first), "v": short(second)}))
    du, dv = _explain(first, x, steps), _explain(second, x, steps)
    result = du * second + first * dv
    steps.append(Step("product_together", {"f": short(expr), "d": short(result)}))
    return result


def _two_factors(expr: Any, x: Any) -> tuple[Any, Any]:
    factors = expr.as_ordered_factors()
    return factors[0], sp.Mul(*factors[1:])


def _quotient(above: Any, below: Any, x: Any, steps: list[Step]) -> Any:
    steps.append(Step("quotient", {"u": short(above), "v": short(below)}))
    du, dv = _explain(above, x, steps), _explain(below, x, steps)
    result = (du * below - above * dv) / below**2
    steps.append(Step("quotient_together", {"f": short(above / below), "d": short(result)}))
    return result


def _power(expr: Any, x: Any, steps: list[Step]) -> Any:
    base, exponent = expr.as_base_exp()
    result = sp.diff(expr, x)
    if not exponent.has(x):
        if base == x:
            values = {
                "f": short(expr),
                "d": short(result),
                "n": show(exponent),
                "m": show(exponent - 1),
                "x": show(x),
            }
            steps.append(Step("root" if exponent == sp.Rational(1, 2) else "power", values))
            return result
        steps.append(
            Step(
                "chain_power",
                {"f": short(expr), "u": short(base), "n": show(exponent), "m": show(exponent - 1)},
            )
        )
        inner = _explain(base, x, steps)
        result = exponent * base ** (exponent - 1) * inner
    elif not base.has(x):
        rule = "exp" if base is sp.E or base == sp.E else "exponential"
        if exponent == x:
            steps.append(Step(rule, {"f": short(expr), "d": short(result), "a": show(base), "x": show(x)}))
            return result
        steps.append(Step(f"chain_{rule}", {"f": short(expr), "u": short(exponent), "a": show(base)}))
        result = expr * sp.log(base) * _explain(exponent, x, steps)
    else:
        steps.append(Step("logarithmic", {"f": short(expr), "u": short(base), "v": short(exponent)}))
    steps.append(Step("together", {"f": short(expr), "d": short(result)}))
    return result


def _function(expr: Any, x: Any, steps: list[Step]) -> Any:
    result = sp.diff(expr, x)
    name = _TABLE.get(expr.func)
    if name is None or len(expr.args) != 1 or result.has(sp.Derivative, sp.Subs):
        raise Unsolved("no_rule", f=short(expr))
    argument = expr.args[0]
    u = sp.Symbol("u", real=True)
    outer = sp.diff(expr.func(u), u)
    if argument == x:
        steps.append(Step("table", {"f": short(expr), "d": short(result)}))
        return result
    steps.append(
        Step("chain", {"f": short(expr), "u": short(argument), "g": show(expr.func(u)), "h": short(outer)})
    )
    inner = _explain(argument, x, steps)
    result = outer.subs(u, argument) * inner
    steps.append(Step("together", {"f": short(expr), "d": short(result)}))
    return result
