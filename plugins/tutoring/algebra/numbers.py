"""Whole numbers, sequences and order: Euclid, prime factors, remainders, finite differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from .printing import show
from .question import Solution, Step, Unsolved

MAX_PRIME_DIGITS = 30
MAX_TERMS = 30


def greatest_common_divisor(numbers: Sequence[Any]) -> Solution:
    """Euclid's algorithm (Elements VII.2), division by division."""
    values = _whole(numbers, at_least=2)
    steps: list[Step] = []
    result = abs(values[0])
    for other in values[1:]:
        a, b = max(result, abs(other)), min(result, abs(other))
        while b:
            steps.append(Step("division", {"a": str(a), "b": str(b), "q": str(a // b), "r": str(a % b)}))
            a, b = b, a % b
        result = a
    given = f"gcd({_listed(numbers)})"
    return Solution(
        given,
        str(result),
        str(result),
        [*steps[:20], Step("last_divisor", {"g": str(result)})],
        [Step("divides")],
    )


def least_common_multiple(numbers: Sequence[Any]) -> Solution:
    """Of whole numbers, or of the denominators of fractions."""
    values = _whole(
        [sp.Integer(n.q) if not n.is_Integer else n for n in numbers if n.is_Rational], at_least=2
    )
    result = int(sp.ilcm(*values))
    steps = [Step("prime_powers", {"n": str(value), "f": _factored(abs(value))}) for value in values]
    steps.append(Step("highest_powers", {"f": _factored(result)}))
    return Solution(f"lcm({_listed(numbers)})", str(result), str(result), steps, [Step("divides")])


def prime(number: Any, *, composite: bool = False) -> Solution:
    """Whether a number is prime (or composite), with a divisor where it isn't."""
    (value,) = _whole([number], at_least=1)
    _refuse_large(value)
    is_prime = bool(sp.isprime(value))
    step = (
        Step("is_prime", {"n": str(value)})
        if is_prime
        else Step("prime_powers", {"n": str(value), "f": _factored(abs(value))})
    )
    holds = value > 1 and not is_prime if composite else is_prime
    return Solution(str(value), "✓" if holds else "✗", str(holds), [step])


def prime_factors(number: Any) -> Solution:
    (value,) = _whole([number], at_least=1)
    _refuse_large(value)
    if value < 2:
        raise Unsolved("whole_numbers")
    factors = sp.factorint(value)
    plain = ", ".join(map(str, sorted(factors)))
    steps = []
    rest = value
    for p in sorted(factors):
        for _ in range(min(factors[p], 4)):
            steps.append(Step("divide_prime", {"n": str(rest), "p": str(p), "q": str(rest // p)}))
            rest //= p
    return Solution(
        str(value), f"{value} = {_factored(value)}", plain, steps[:14], [Step("product_of_primes")]
    )


def remainder(number: Any, divisor: Any) -> Solution:
    a, b = _whole([number, divisor], at_least=2)
    if b == 0:
        raise Unsolved("zero_division")
    step = Step("division", {"a": str(a), "b": str(b), "q": str(a // b), "r": str(a % b)})
    return Solution(f"{a} ÷ {b}", str(a % b), str(a % b), [step])


def nearest_root(number: Any, degree: int) -> Solution:
    """The root to the nearest whole number."""
    if not (number.is_Integer and number >= 0 and 2 <= degree <= 99):
        raise Unsolved("whole_numbers")
    low = int(sp.integer_nthroot(int(number), degree)[0])
    result = low if (2 * low + 1) ** degree > int(number) * 2**degree else low + 1
    step = Step(
        "between_powers",
        {"n": str(number), "low": show_power(low, degree), "high": show_power(low + 1, degree)},
    )
    return Solution(f"{number}^(1/{degree})", f"≈ {result}", str(result), [step])


def show_power(base: int, degree: int) -> str:
    return f"{show(sp.Pow(sp.Integer(base), degree, evaluate=False))} = {base**degree}"


def sequence(terms: Sequence[Any], variable: str) -> Solution:
    """The next term, or the n-th as a polynomial, by finite differences (Newton's forward formula).

    Any numbers fit some polynomial, so the lowest degree is taken; a constant row of differences is shown.
    """
    if not 2 <= len(terms) <= MAX_TERMS:
        raise Unsolved("terms")
    rows = [list(terms)]
    steps = []
    while len(rows[-1]) > 1 and any(term != rows[-1][0] for term in rows[-1]):
        rows.append([b - a for a, b in zip(rows[-1], rows[-1][1:], strict=False)])
        steps.append(Step("differences", {"n": str(len(rows) - 1), "row": _listed(rows[-1])}))
    n = sp.Symbol(variable or "n", real=True)
    formula = sp.expand(sum(row[0] * sp.ff(n - 1, k) / sp.factorial(k) for k, row in enumerate(rows)))
    if any(formula.subs(n, place) != term for place, term in enumerate(terms, 1)):
        raise Unsolved("unverified")
    steps.append(Step("nth_formula", {"n": show(n), "f": show(formula)}))
    notes = [] if len(rows[-1]) > 1 else [Step("few_terms")]
    given = _listed(terms)
    if variable:
        return Solution(given, show(formula), str(formula), steps, [Step("terms")], notes)
    following = formula.subs(n, len(terms) + 1)
    return Solution(given, show(following), str(following), steps, [Step("terms")], notes)


def ordered(numbers: Sequence[Any], trees: Sequence[str], *, descending: bool) -> Solution:
    """Numbers by size; `trees` are the texts they were written with."""
    if len(numbers) < 2 or not all(number.is_real for number in numbers):
        raise Unsolved("terms")
    pairs = sorted(zip(numbers, trees, strict=True), key=lambda pair: sp.N(pair[0], 30), reverse=descending)
    shown = (" > " if descending else " < ").join(text.replace("-", "−") for _, text in pairs)
    return Solution(", ".join(trees), shown, ", ".join(text for _, text in pairs), [Step("compare")])


def _whole(numbers: Sequence[Any], at_least: int) -> list[int]:
    if len(numbers) < at_least or not all(number.is_Integer for number in numbers):
        raise Unsolved("whole_numbers")
    return [int(number) for number in numbers]


def _refuse_large(value: int) -> None:
    if len(str(abs(value))) > MAX_PRIME_DIGITS:
        raise Unsolved("too_large")


def _listed(numbers: Sequence[Any]) -> str:
    return ", ".join(map(show, numbers))


def _factored(value: int) -> str:
    _refuse_large(value)
    parts = [
        str(p) if k == 1 else show(sp.Pow(sp.Integer(p), k, evaluate=False))
        for p, k in sorted(sp.factorint(value).items())
    ]
    return "·".join(parts) or "1"
