"""Numbers put in place of letters: the last word on every answer."""

from __future__ import annotations

from typing import Any

import sympy as sp

_POINTS = ("0.7312", "1.3791", "2.2173", "0.2917", "3.1173", "-0.8123", "-1.6191")
_TOLERANCE = 1e-8


def same_numbers(left: Any, right: Any, *variables: Any) -> bool:
    """Whether both have the same value at several points where both are defined; never at none.

    A derivative on the left is worked out as a difference quotient, apart from the rules that it checks.
    """
    letters = sorted((left.free_symbols | right.free_symbols | set(variables)), key=str)
    compared = 0
    for index in range(len(_POINTS)):
        at = {s: sp.Float(_POINTS[(index + place * 3) % len(_POINTS)], 40) for place, s in enumerate(letters)}
        if any(symbol.is_positive for symbol in letters):
            at = {symbol: abs(value) for symbol, value in at.items()}
        a, b = _value(left, at), _value(right, at)
        if a is None or b is None:
            continue
        if abs(a - b) > _TOLERANCE * max(1, abs(a), abs(b)):
            return False
        compared += 1
        if compared == 3 or not letters:
            return True
    return compared > 0


def _value(expr: Any, at: dict[Any, Any]) -> complex | None:
    """The number at a point, or None where there is none."""
    if isinstance(expr, sp.Derivative):
        return _slope(expr.expr, expr.variables[0], at)
    try:
        number = complex(expr.subs(at).evalf(30))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if abs(number) < 1e200 else None


def _slope(expr: Any, x: Any, at: dict[Any, Any]) -> complex | None:
    """Five-point difference quotient (Abramowitz and Stegun 25.3.6), with 40 digits."""
    h = sp.Rational(1, 10**5)
    weights = {-2: 1, -1: -8, 1: 8, 2: -1}
    total: Any = 0
    for offset, weight in weights.items():
        total += weight * expr.subs({**at, x: at[x] + offset * h}).evalf(40)
    try:
        slope = complex((total / (12 * h)).evalf(30))
    except (TypeError, ValueError):
        return None
    return slope if abs(slope) < 1e200 else None
