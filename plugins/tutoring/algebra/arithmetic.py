"""Numbers worked out in the order of operations, one operation a line."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .build import Names, build, power
from .printing import show, with_decimal
from .question import Solution, Step, Unsolved
from .tree import Call, Name, Negative, Number, Power, Product, Relation, Statement, Sum, Tree
from .typeset import typeset

MAX_STEPS = 12


def evaluate(tree: Statement, names: Names) -> Solution:
    """The exact value, and its decimal form where it isn't a whole number."""
    if isinstance(tree, Relation):
        raise Unsolved("not_a_number")
    given = typeset(tree)
    exact = build(tree, names)
    if exact.has(sp.zoo, sp.nan) or not exact.is_number:
        raise Unsolved("undefined" if exact.is_number else "not_a_number")
    value = exact if exact.is_Rational else sp.radsimp(sp.simplify(exact))
    if abs(complex(sp.N(value - exact, 20))) > 1e-9 * max(1.0, abs(complex(sp.N(exact, 20)))):
        raise Unsolved("unverified")
    steps: list[Step] = []
    if not tree_has_letters(tree):
        _work(tree, names, steps)
    plain = _decimal_text(value) if _has_decimals(tree) and value.is_Rational else ""
    answer = plain.replace("-", "−") or (
        show(value) if value.is_Integer or value.is_infinite else with_decimal(value)
    )
    if value.has(sp.I):
        answer = show(sp.expand(value))
    return Solution(given, answer, plain or str(value), steps[:MAX_STEPS], [Step("exact")], _notes(tree))


def _notes(tree: Statement) -> list[Step]:
    return [Step("log_is_natural")] if has_call(tree, "log") else []


def _work(tree: Tree, names: Names, steps: list[Step]) -> Any:
    """Innermost first; appends a step for every operation that isn't the number itself."""
    value = build(tree, names)
    match tree:
        case Number() | Name():
            return value
        case Negative(of):
            return -_work(of, names, steps)
        case Sum(terms):
            return _told("add", _sum([_work(term, names, steps) for term in terms]), value, steps)
        case Product(factors, signs):
            parts = [_work(factor, names, steps) for factor in factors]
            return _told("multiply", _chain(parts, signs), value, steps)
        case Power(base, exponent):
            shown = power(_work(base, names, steps), _work(exponent, names, steps), evaluate=False)
            return _told("raise", shown, value, steps)
        case Call(function, arguments):
            for argument in arguments:
                _work(argument, names, steps)
            inside = ", ".join(show(build(argument, names)) for argument in arguments)
            return _told(
                "function", f"{inside}!" if function == "factorial" else f"{function}({inside})", value, steps
            )


def _sum(parts: list[Any]) -> str:
    shown = show(parts[0])
    for part in map(show, parts[1:]):
        shown += f" − {part[1:]}" if part.startswith("−") and " " not in part else f" + {part}"
    return shown


def _chain(parts: list[Any], signs: str) -> str:
    """`6 ÷ 2 × 3`, as it is worked out: from left to right."""
    shown = [
        f"({show(part)})"
        if " " in show(part) or show(part).startswith("−") or "/" in show(part)
        else show(part)
        for part in parts
    ]
    return shown[0] + "".join(
        f" {'÷' if sign == '/' else '×'} {part}" for sign, part in zip(signs[1:], shown[1:], strict=True)
    )


def _told(rule: str, before: Any, value: Any, steps: list[Step]) -> Any:
    shown = before if isinstance(before, str) else show(before)
    result = show(sp.nsimplify(value)) if value.is_Rational else show(value)
    if shown != result:
        steps.append(Step(rule, {"f": shown, "v": result}))
    return value


def tree_has_letters(tree: Statement) -> bool:
    return isinstance(tree, Name) or any(tree_has_letters(part) for part in _parts(tree))


def has_call(tree: Statement, function: str) -> bool:
    return (isinstance(tree, Call) and tree.function == function) or any(
        has_call(part, function) for part in _parts(tree)
    )


def _has_decimals(tree: Statement) -> bool:
    return (isinstance(tree, Number) and "." in tree.text) or any(
        _has_decimals(part) for part in _parts(tree)
    )


def _parts(tree: Statement) -> tuple[Tree, ...]:
    match tree:
        case Sum(parts) | Product(parts, _) | Call(_, parts):
            return parts
        case Negative(of):
            return (of,)
        case Power(base, exponent):
            return (base, exponent)
        case Relation(left, _, right):
            return (left, right)
        case _:
            return ()


def _decimal_text(value: Any) -> str:
    """A fraction whose denominator has only the primes 2 and 5, written out; empty for others."""
    below = value.q
    twos, fives = sp.multiplicity(2, below), sp.multiplicity(5, below)
    if below != 2**twos * 5**fives or max(twos, fives) > 40:
        return ""
    places = max(twos, fives)
    digits = str(abs(value.p) * 10**places // below).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (digits if not places else f"{digits[:-places]}.{digits[-places:]}")
