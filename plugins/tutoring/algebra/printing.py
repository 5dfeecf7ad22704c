# ruff: noqa: N802, N815  the names are those that SymPy's printer looks for
"""Formulas as a person reads them in a chat: Unicode text such as 3x² + 4x − 3."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

_UP = dict(zip("0123456789-+nxkmt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿˣᵏᵐᵗ", strict=True))
_DOWN = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "μ",
    "omega": "ω", "phi": "φ", "psi": "ψ", "rho": "ρ", "sigma": "σ", "xi": "ξ", "eta": "η", "zeta": "ζ", "nu": "ν",
    "kappa": "κ", "chi": "χ", "iota": "ι",
}  # fmt: skip
MAX_SHOWN = 600
_FUNCTION_NAMES = {"log": "ln", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}


class _Unicode(StrPrinter):  # type: ignore[misc]  # SymPy has no types
    def _print_Symbol(self, expr: Any) -> str:
        name, _, index = expr.name.partition("_")
        return str(_GREEK.get(name, name)) + "".join(_DOWN.get(c, c) for c in index)

    _print_Dummy = _print_Symbol

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_ImaginaryUnit(self, expr: Any) -> str:
        return "i"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "−∞"

    def _print_Integer(self, expr: Any) -> str:
        return str(expr.p).replace("-", "−")

    def _print_Rational(self, expr: Any) -> str:
        return f"{expr.p}/{expr.q}".replace("-", "−")

    def _print_Float(self, expr: Any) -> str:
        return f"{float(expr):.6g}".replace("-", "−")

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_factorial(self, expr: Any) -> str:
        return self._within(expr.args[0], PRECEDENCE["Atom"]) + "!"

    def _print_Function(self, expr: Any) -> str:
        name = expr.func.__name__
        return f"{_FUNCTION_NAMES.get(name, name)}({', '.join(map(self._print, expr.args))})"

    def _print_exp(self, expr: Any) -> str:
        return self._raised("e", expr.args[0])

    def _print_log(self, expr: Any) -> str:
        return f"ln({self._print(expr.args[0])})"

    def _print_Add(self, expr: Any, order: str | None = None) -> str:
        terms = [self._print(term) for term in self._as_ordered_terms(expr, order=order)]
        text = terms[0]
        for term in terms[1:]:
            text += f" − {term[1:]}" if term.startswith("−") else f" + {term}"
        return str(text)

    def _print_Mul(self, expr: Any) -> str:
        coefficient, _ = expr.as_coeff_Mul()
        if coefficient.is_negative:
            inner = -expr
            return "−" + (self._within(inner, PRECEDENCE["Mul"]) if inner.is_Add else self._print(inner))
        above: list[Any] = []
        below: list[Any] = []
        for factor in sp.Mul.make_args(expr) if not expr.is_commutative else expr.as_ordered_factors():
            if factor.is_Rational and not factor.is_Integer:
                above += [sp.Integer(factor.p)] * (factor.p != 1)
                below.append(sp.Integer(factor.q))
            elif (
                factor.is_Pow
                and factor.exp.is_Rational
                and factor.exp.is_negative
                and factor.base is not sp.E
            ):
                below.append(
                    sp.Pow(factor.base, -factor.exp, evaluate=False) if factor.exp != -1 else factor.base
                )
            else:
                above.append(factor)
        top = self._joined(above) or "1"
        if not below:
            return top
        if len(above) == 1 and above[0].is_Add:
            top = f"({top})" if not top.startswith("(") else top
        bottom = self._joined(below)
        alone = len(below) == 1 and (below[0].is_Atom or below[0].is_Function or below[0].is_Pow)
        return (
            f"{top}/{bottom}"
            if alone or (bottom.startswith("(") and len(below) == 1)
            else f"{top}/({bottom})"
        )

    def _joined(self, factors: list[Any]) -> str:
        text = ""
        for factor in factors:
            shown = self._within(factor, PRECEDENCE["Mul"])
            text += ("·" if text and self._needs_dot(text, shown, factor) else "") + shown
        return text

    @staticmethod
    def _needs_dot(before: str, shown: str, factor: Any) -> bool:
        if before[-1].isdigit() and before.isdigit():
            return shown[0].isdigit()
        if before[-1] == ")" and shown[0] == "(":
            return False
        simple = factor.is_Symbol or (factor.is_Pow and factor.base.is_Symbol and factor.exp.is_Integer)
        return not simple or before[-1] in ")!|" or any(not c.isalnum() for c in before)

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent == sp.Rational(1, 2):
            return self._root("√", base)
        if exponent == sp.Rational(1, 3):
            return self._root("∛", base)
        if base is not sp.E and exponent.is_Rational and exponent.is_negative:
            below = (
                self._print_Pow(sp.Pow(base, -exponent, evaluate=False))
                if exponent != -1
                else self._within(base, PRECEDENCE["Pow"])
            )
            return f"1/{below}"
        function = base.is_Function and not isinstance(base, (sp.Abs, sp.factorial, sp.exp))
        if function and exponent.is_Integer:
            name = _FUNCTION_NAMES.get(base.func.__name__, base.func.__name__)
            return f"{name}{self._up(str(exponent))}({self._print(base.args[0])})"
        return self._raised(self._within(base, PRECEDENCE["Pow"], strict=True), exponent)

    def _root(self, sign: str, base: Any) -> str:
        inside = self._print(base)
        return (
            f"{sign}{inside}"
            if (base.is_Integer and base >= 0) or base.is_Symbol or base is sp.pi
            else f"{sign}({inside})"
        )

    def _raised(self, base: str, exponent: Any) -> str:
        shown = self._print(exponent)
        raised = shown.replace("−", "-")
        if all(c in _UP for c in raised):
            return base + self._up(raised)
        return f"{base}^{shown}" if shown.isascii() and shown.isalnum() else f"{base}^({shown})"

    @staticmethod
    def _up(text: str) -> str:
        return "".join(_UP[c] for c in text)

    def _within(self, expr: Any, level: int, strict: bool = False) -> str:
        shown = self._print(expr)
        loose = precedence(expr) < level or (strict and precedence(expr) <= level)
        return f"({shown})" if loose or shown.startswith("−") else shown

    def _print_Relational(self, expr: Any) -> str:
        sign = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}.get(expr.rel_op, expr.rel_op)
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"


_PRINTER = _Unicode()


def show(expr: Any) -> str:
    """A SymPy object in Unicode."""
    return str(_PRINTER.doprint(sp.sympify(expr)))


def short(expr: Any) -> str:
    """The same, cut where a person would stop reading."""
    text = show(expr)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + " …"


def ascii_of(expr: Any) -> str:
    """As a program reads it: 3*x**2 + 4*x - 3."""
    return str(expr)


def with_decimal(number: Any) -> str:
    """The exact form and its decimal one: `204/5 = 40.8`, but `1/3 ≈ 0.333333`."""
    text = decimal(number)
    exact = number.is_Rational and sp.Rational(text.replace("−", "-")) == number
    return f"{show(number)} {'=' if exact else '≈'} {text}"


def decimal(number: Any) -> str:
    """An approximation with six digits."""
    return show(sp.N(number, 15))
