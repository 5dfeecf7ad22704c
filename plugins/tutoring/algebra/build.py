"""From the grammar's tree to SymPy, with bounds on what could grow: powers, factorials, roots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from .question import Unsolved
from .tree import Call, Name, Negative, Number, Power, Product, Relation, Statement, Sum, Tree

MAX_RESULT_DIGITS = 2000
MAX_EXPONENT = 1000
MAX_FACTORIAL = 500

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(sp, name) for name in ["sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"]},
    "arcsin": sp.asin, "arccos": sp.acos, "arctan": sp.atan, "exp": sp.exp, "ln": sp.log, "log": sp.log, "sqrt": sp.sqrt,
    "cbrt": sp.cbrt, "abs": sp.Abs, "lg": lambda x: sp.log(x) / sp.log(10), "log10": lambda x: sp.log(x) / sp.log(10),
    "log2": lambda x: sp.log(x) / sp.log(2),
}  # fmt: skip
_RELATIONS = {"=": sp.Eq, "<": sp.Lt, ">": sp.Gt, "<=": sp.Le, ">=": sp.Ge, "!=": sp.Ne}


@dataclass
class Defined:
    """A function that the person defined."""

    parameter: Any
    body: Any


@dataclass
class Names:
    """What the letters mean in one question."""

    values: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, Defined] = field(default_factory=dict)
    euler: bool = True
    """`e` is Euler's number and no variable."""
    imaginary: bool = False
    """`i` is the imaginary unit and no variable."""
    positive: bool = False
    uncertain: frozenset[str] = frozenset()
    """Letters of which an earlier sentence says something that doesn't give them one value."""

    def symbol(self, name: str) -> Any:
        """The number, value or variable that a name stands for."""
        if name in self.values:
            return self.values[name]
        if name in self.uncertain:
            raise Unsolved("ambiguous")
        constant = {"pi": sp.pi, "tau": 2 * sp.pi, "oo": sp.oo, "inf": sp.oo, "infinity": sp.oo}.get(name)
        if constant is not None:
            return constant
        if name == "e" and self.euler:
            return sp.E
        if name == "i" and self.imaginary:
            return sp.I
        return self.variable(name)

    def variable(self, name: str) -> Any:
        return sp.Symbol(name, positive=True) if self.positive else sp.Symbol(name, real=True)


def build(tree: Statement, names: Names, *, evaluate: bool = True) -> Any:  # noqa: PLR0911  one case for each kind
    """The SymPy object of a tree. Raises Unsolved where it would grow past the bounds."""
    match tree:
        case Relation(left, sign, right):
            return _RELATIONS[sign](build(left, names), build(right, names), evaluate=False)
        case Number(text):
            return sp.Rational(text)
        case Name(text):
            return names.symbol(text)
        case Negative(of):
            return sp.Mul(-1, build(of, names, evaluate=evaluate), evaluate=evaluate)
        case Sum(terms):
            return sp.Add(*(build(term, names, evaluate=evaluate) for term in terms), evaluate=evaluate)
        case Product():
            return _product(tree, names, evaluate)
        case Power(base, exponent):
            return power(build(base, names, evaluate=evaluate), build(exponent, names), evaluate=evaluate)
        case Call():
            return _call(tree, names, evaluate)


def _product(tree: Product, names: Names, evaluate: bool) -> Any:
    factors = []
    for sign, factor in zip(tree.signs, tree.factors, strict=True):
        value = build(factor, names, evaluate=evaluate)
        if sign == "/":
            if value.is_zero or (value.is_number and value.equals(0)):
                raise Unsolved("zero_division")
            value = sp.Pow(value, -1, evaluate=evaluate)
        factors.append(value)
    return sp.Mul(*factors, evaluate=evaluate)


def power(base: Any, exponent: Any, *, evaluate: bool = True) -> Any:
    """base ** exponent, refused where its digits or terms would be too many."""
    if base.is_number and exponent.is_number:
        if base.is_zero and (exponent.is_negative or exponent.is_zero):
            raise Unsolved("zero_division" if exponent.is_negative else "undefined")
        digits = abs(float(sp.N(exponent, 15))) * max(1.0, _digits(base))
        if not digits <= MAX_RESULT_DIGITS:
            raise Unsolved("too_large")
    elif exponent.is_number and not abs(exponent) <= MAX_EXPONENT:
        raise Unsolved("too_large")
    return sp.Pow(base, exponent, evaluate=evaluate)


def _digits(number: Any) -> float:
    if number.is_Rational:
        return max(len(str(abs(number.p))), len(str(number.q)))
    return abs(float(sp.log(abs(sp.N(number, 15)) + 1) / sp.log(10)))


def _call(tree: Call, names: Names, evaluate: bool) -> Any:  # noqa: PLR0911  one case for each kind
    arguments = [build(argument, names, evaluate=evaluate) for argument in tree.arguments]
    if tree.function in names.functions:
        return _defined(tree, names, arguments)
    if tree.function == "factorial":
        return _factorial(arguments)
    if tree.function in {"gcd", "lcm"}:
        if not all(argument.is_Integer for argument in arguments):
            raise Unsolved("whole_numbers")
        return (sp.igcd if tree.function == "gcd" else sp.ilcm)(*arguments) * sp.Integer(1)
    if tree.function == "root" and len(arguments) == 2:
        return (
            sp.root(arguments[0], arguments[1])
            if arguments[0].is_nonnegative is not False
            else sp.real_root(*arguments)
        )
    if tree.function.startswith("log_"):
        return sp.log(arguments[0]) / sp.log(build(_base(tree.function), names))
    function = _FUNCTIONS.get(tree.function)
    if function is None or len(arguments) != 1:
        raise Unsolved("arguments", name=tree.function)
    if tree.function == "exp":
        return power(sp.E, arguments[0])
    return function(arguments[0])


def _base(function: str) -> Tree:
    base = function.partition("_")[2]
    return Number(base) if base.isdigit() else Name(base)


def _defined(tree: Call, names: Names, arguments: list[Any]) -> Any:
    if len(arguments) != 1:
        raise Unsolved("arguments", name=tree.function)
    function = names.functions[tree.function]
    body = sp.diff(function.body, function.parameter, tree.primes) if tree.primes else function.body
    return body.subs(function.parameter, arguments[0])


def _factorial(arguments: list[Any]) -> Any:
    value = arguments[0]
    if value.is_number and not (value.is_Integer and 0 <= value <= MAX_FACTORIAL):
        raise Unsolved("factorial", limit=str(MAX_FACTORIAL))
    return sp.factorial(value)
