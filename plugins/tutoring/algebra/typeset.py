"""A formula shown as the person wrote it: same order, nothing worked out, only set in Unicode."""

from __future__ import annotations

from .tree import Call, Name, Negative, Number, Power, Product, Relation, Statement, Sum, Tree

_UP = dict(zip("0123456789-nx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿˣ", strict=True))
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
_NAMES = {
    "pi": "π", "oo": "∞", "inf": "∞", "infinity": "∞", "tau": "2π", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "μ", "omega": "ω", "phi": "φ", "psi": "ψ",
    "rho": "ρ", "sigma": "σ",
}  # fmt: skip
_DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def typeset(tree: Statement) -> str:  # noqa: PLR0911  one case for each kind
    """Unicode text of a tree from the grammar."""
    match tree:
        case Relation(left, sign, right):
            return f"{typeset(left)} {_SIGNS.get(sign, sign)} {typeset(right)}"
        case Number(text):
            return text
        case Name(text):
            head, _, index = text.partition("_")
            return _NAMES.get(head, head) + index.translate(_DOWN)
        case Negative(of):
            return "−" + _inside(of, Sum, Negative)
        case Sum(terms):
            return typeset(terms[0]) + "".join(_term(term) for term in terms[1:])
        case Product(factors, signs):
            return _product(factors, signs)
        case Power(base, exponent):
            return _power(base, exponent)
        case Call():
            return _call(tree)


def _inside(tree: Tree, *kinds: type) -> str:
    return f"({typeset(tree)})" if isinstance(tree, kinds) else typeset(tree)


def _term(term: Tree) -> str:
    if isinstance(term, Negative):
        return " − " + _inside(term.of, Sum, Negative)
    return " + " + typeset(term)


def _product(factors: tuple[Tree, ...], signs: str) -> str:
    shown = _inside(factors[0], Sum, Negative)
    for before, sign, factor in zip(factors, signs[1:], factors[1:], strict=False):
        if sign == "/":
            shown += "/" + _inside(factor, Sum, Product, Negative)
            continue
        text = (
            _inside(factor, Sum, Negative, Product)
            if isinstance(factor, Product)
            else _inside(factor, Sum, Negative)
        )
        tight = isinstance(factor, Sum) and not isinstance(before, (Name, Power))
        tight |= isinstance(before, (Number, Name, Power)) and isinstance(_head(factor), Name)
        shown += text if tight else "·" + text
    return shown


def _head(factor: Tree) -> Tree:
    return factor.base if isinstance(factor, Power) else factor


def _power(base: Tree, exponent: Tree) -> str:
    below = _inside(base, Sum, Product, Negative, Power)
    above = typeset(exponent).replace("−", "-")
    if all(c in _UP for c in above):
        return below + "".join(_UP[c] for c in above)
    return f"{below}^{above}" if above.isascii() and above.isalnum() else f"{below}^({typeset(exponent)})"


def _call(tree: Call) -> str:
    inside = ", ".join(map(typeset, tree.arguments))
    if tree.function == "factorial":
        return _inside(tree.arguments[0], Sum, Product, Negative, Power, Call) + "!"
    if tree.function == "abs":
        return f"|{inside}|"
    if tree.function in {"sqrt", "cbrt"}:
        sign = "√" if tree.function == "sqrt" else "∛"
        return sign + (inside if isinstance(tree.arguments[0], (Number, Name)) else f"({inside})")
    return f"{tree.function.replace('_', '').translate(_DOWN)}{'′' * tree.primes}({inside})"
