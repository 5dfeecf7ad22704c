"""Integrals: SymPy's own tree of rules told as steps, and every answer checked by differentiating it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath  # type: ignore[import-untyped]  # SymPy brings it along
import sympy as sp
from sympy.integrals import manualintegrate as rules

from .checking import same_numbers
from .printing import decimal, short, show, with_decimal
from .question import Solution, Step, Unsolved

MAX_STEPS = 24
_AGREE = 1e-7
_UP = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DOWN = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")
_SPECIAL = (sp.erf, sp.erfi, sp.Si, sp.Ci, sp.Ei, sp.li, sp.fresnels, sp.fresnelc, sp.uppergamma, sp.polylog)


def antiderivative(expr: Any, x: Any) -> Solution:
    """The indefinite integral with its steps."""
    found, steps = _found(expr, x)
    given = f"∫ {_integrand(expr)} d{show(x)}"
    notes = [Step("special_function")] if found.has(*_SPECIAL) else []
    return Solution(given, f"{show(found)} + C", str(found), steps, [Step("integral")], notes)


def definite(expr: Any, x: Any, lower: Any, upper: Any) -> Solution:
    """The integral from `lower` to `upper`; refused where the integrand isn't bounded in between."""
    if expr.free_symbols - {x} or lower.free_symbols or upper.free_symbols:
        return _with_letters(expr, x, lower, upper)
    given = f"{_sign(lower, upper)} {_integrand(expr)} d{show(x)}"
    _refuse_poles(expr, x, lower, upper)
    found, steps = _found(expr, x)
    at_upper, at_lower = _limit(found, x, upper, "-"), _limit(found, x, lower, "+")
    value = sp.simplify(at_upper - at_lower)
    if not value.is_finite:
        raise Unsolved("divergent")
    if value.has(sp.I) or not _agrees(expr, x, lower, upper, value):
        raise Unsolved("unverified")
    steps = [
        *steps[: MAX_STEPS - 2],
        Step("antiderivative", {"F": short(found), "x": show(x)}),
        Step(
            "newton_leibniz",
            {
                "a": show(lower),
                "b": show(upper),
                "Fa": short(at_lower),
                "Fb": short(at_upper),
                "v": short(value),
            },
        ),
    ]
    answer = show(value) if value.is_Integer else with_decimal(value)
    return Solution(given, answer, str(value), steps, [Step("quadrature", {"v": decimal(value)})])


def _with_letters(expr: Any, x: Any, lower: Any, upper: Any) -> Solution:
    if not expr.is_polynomial(x) or not (lower.is_finite is not False and upper.is_finite is not False):
        raise Unsolved("bounds")
    found, steps = _found(expr, x)
    value = sp.expand(found.subs(x, upper) - found.subs(x, lower))
    steps = [*steps, Step("antiderivative", {"F": short(found), "x": show(x)})]
    given = f"{_sign(lower, upper)} {_integrand(expr)} d{show(x)}"
    return Solution(given, show(value), str(value), steps, [Step("integral")])


def _sign(lower: Any, upper: Any) -> str:
    """The sign with its bounds: ∫₀³, or ∫[0, π] where a bound has no small form."""
    below, above = show(lower).replace("−", "-"), show(upper).replace("−", "-")
    if all(c in "0123456789-" for c in below + above):
        return "∫" + below.translate(_DOWN) + above.translate(_UP)
    return f"∫[{show(lower)}, {show(upper)}]"


def _integrand(expr: Any) -> str:
    return f"({show(expr)})" if expr.is_Add else show(expr)


def _found(expr: Any, x: Any) -> tuple[Any, list[Step]]:
    rule = _first_known(rules.integral_steps(expr, x))
    steps: list[Step] = []
    if rule.contains_dont_know():
        found = sp.integrate(expr, x)
        steps.append(Step("table_integral", {"f": short(expr), "F": short(found)}))
    else:
        found = rule.eval()
        _tell(rule, steps)
    found = _real_logarithms(_tidy(found), expr)
    if found.has(sp.Integral, sp.Piecewise) or not same_numbers(sp.Derivative(found, x), expr, x):
        raise Unsolved("no_integral", f=short(expr))
    return found, steps[:MAX_STEPS]


def _tidy(found: Any) -> Any:
    if isinstance(found, sp.Piecewise):
        found = found.args[0][0]
    found = (
        sp.expand(found)
        if found.is_polynomial()
        else min((found, sp.factor_terms(found)), key=lambda e: len(show(e)))
    )
    return sp.Add(*(term for term in sp.Add.make_args(found) if term.free_symbols))


def _real_logarithms(found: Any, expr: Any) -> Any:
    """ln|u| for ln(u), as ∫ du/u is over the real numbers."""
    if expr.has(sp.log):
        return found
    return found.replace(
        lambda e: isinstance(e, sp.log) and not e.args[0].is_nonnegative and not e.args[0].is_positive,
        lambda e: sp.log(sp.Abs(e.args[0])),
    )


def _first_known(rule: Any) -> Any:
    """The first alternative that leads to an end."""
    if isinstance(rule, rules.AlternativeRule):
        known = [option for option in rule.alternatives if not option.contains_dont_know()]
        return _first_known((known or rule.alternatives)[0])
    return rule


def _tell(rule: Any, steps: list[Step]) -> None:
    rule = _first_known(rule)
    if len(steps) >= MAX_STEPS:
        return
    teller = _TELLERS.get(type(rule))
    if teller is None:
        steps.append(Step("table_integral", _values(rule)))
        return
    teller(rule, steps)


def _values(rule: Any) -> dict[str, str]:
    return {
        "f": short(rule.integrand),
        "F": short(_real_logarithms(rule.eval(), rule.integrand)),
        "x": show(rule.variable),
    }


def _plain(name: str) -> Callable[[Any, list[Step]], None]:
    return lambda rule, steps: steps.append(Step(name, _values(rule)))


def _multiple(rule: Any, steps: list[Step]) -> None:
    inner = _first_known(rule.substep)
    if isinstance(inner, (rules.PowerRule, rules.ConstantRule)):
        steps.append(Step("integral_power", _values(rule)))
        return
    steps.append(
        Step("integral_multiple", {**_values(rule), "c": short(rule.constant), "g": short(rule.other)})
    )
    _tell(inner, steps)


def _add(rule: Any, steps: list[Step]) -> None:
    steps.append(Step("integral_sum", _values(rule)))
    for substep in rule.substeps:
        _tell(substep, steps)


def _substitution(rule: Any, steps: list[Step]) -> None:
    values = {**_values(rule), "u": short(rule.u_func), "du": short(sp.diff(rule.u_func, rule.variable))}
    steps.append(Step("substitution", values))
    before = len(steps)
    _tell(rule.substep, steps)
    for index in range(before, len(steps)):
        steps[index] = Step(
            steps[index].rule, {k: v.replace(show(rule.u_var), "u") for k, v in steps[index].values.items()}
        )
    steps.append(Step("substitute_back", {"u": values["u"], "F": values["F"]}))


def _parts(rule: Any, steps: list[Step]) -> None:
    v = rule.v_step.eval() if rule.v_step is not None else rules.manualintegrate(rule.dv, rule.variable)
    du = sp.diff(rule.u, rule.variable)
    values = {"f": short(rule.integrand), "x": show(rule.variable), "w": short(v * du)}
    steps.append(
        Step("parts", {**values, "u": short(rule.u), "dv": short(rule.dv), "v": short(v), "du": short(du)})
    )
    if rule.second_step is not None:
        _tell(rule.second_step, steps)


def _cyclic(rule: Any, steps: list[Step]) -> None:
    for part in rule.parts_rules:
        _parts(rules.PartsRule(part.u * part.dv, rule.variable, part.u, part.dv, part.v_step, None), steps)
    steps.append(Step("cyclic_parts", _values(rule)))


def _rewrite(rule: Any, steps: list[Step]) -> None:
    steps.append(Step("rewrite", {**_values(rule), "g": short(rule.rewritten)}))
    _tell(rule.substep, steps)


_TELLERS: dict[type, Callable[[Any, list[Step]], None]] = {
    rules.ConstantRule: _plain("integral_constant"),
    rules.ConstantTimesRule: _multiple,
    rules.PowerRule: _plain("integral_power"),
    rules.ReciprocalRule: _plain("integral_reciprocal"),
    rules.ExpRule: _plain("integral_exp"),
    rules.SinRule: _plain("integral_trig"),
    rules.CosRule: _plain("integral_trig"),
    rules.Sec2Rule: _plain("integral_trig"),
    rules.Csc2Rule: _plain("integral_trig"),
    rules.SecTanRule: _plain("integral_trig"),
    rules.CscCotRule: _plain("integral_trig"),
    rules.ArctanRule: _plain("integral_arctan"),
    rules.ArcsinRule: _plain("integral_arcsin"),
    rules.AddRule: _add,
    rules.URule: _substitution,
    rules.PartsRule: _parts,
    rules.CyclicPartsRule: _cyclic,
    rules.RewriteRule: _rewrite,
    rules.CompleteSquareRule: _rewrite,
}


def _refuse_poles(expr: Any, x: Any, lower: Any, upper: Any) -> None:
    """An integrand that isn't defined in between would make Newton-Leibniz tell nonsense, as for 1/x² over [−1, 1]."""
    low, high = sorted((lower, upper), key=float)
    try:
        poles = sp.singularities(expr, x, sp.Interval(low, high))
    except NotImplementedError:
        return
    inside = sp.Intersection(poles, sp.Interval.open(low, high))
    if inside is not sp.S.EmptySet and not isinstance(inside, sp.Intersection):
        raise Unsolved("pole", x=show(next(iter(inside))))


def _limit(found: Any, x: Any, bound: Any, side: str) -> Any:
    value = found.subs(x, bound) if bound.is_finite else sp.nan
    return sp.simplify(value) if value.is_finite else sp.limit(found, x, bound, side)


def _agrees(expr: Any, x: Any, lower: Any, upper: Any, value: Any) -> bool:
    """Compares with numerical quadrature (tanh-sinh of mpmath)."""
    function = sp.lambdify(x, expr, "mpmath")
    numeric = mpmath.quad(
        function,
        [
            mpmath.mpf(str(sp.N(bound, 20))) if bound.is_finite else bound.evalf()._to_mpmath(53)
            for bound in (lower, upper)
        ],
    )
    exact = float(sp.N(value, 20))
    return bool(abs(complex(numeric) - exact) < _AGREE * max(1.0, abs(exact)))
