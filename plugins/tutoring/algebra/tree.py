"""What a formula is made of, before anything is worked out."""

from __future__ import annotations

from dataclasses import dataclass

CONSTANTS = frozenset({"pi", "oo", "inf", "infinity", "tau"})


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Name:
    text: str


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Tree, ...]
    primes: int = 0
    """f''(x) has two."""


@dataclass(frozen=True)
class Sum:
    terms: tuple[Tree, ...]


@dataclass(frozen=True)
class Negative:
    of: Tree


@dataclass(frozen=True)
class Product:
    """`signs[i]` is "*" or "/" before `factors[i]`; the first is always "*"."""

    factors: tuple[Tree, ...]
    signs: str


@dataclass(frozen=True)
class Power:
    base: Tree
    exponent: Tree


Tree = Number | Name | Call | Sum | Negative | Product | Power


@dataclass(frozen=True)
class Relation:
    left: Tree
    sign: str
    right: Tree


Statement = Tree | Relation


def names(tree: Statement) -> set[str]:
    """The letters that stand in a formula, without functions and constants."""
    match tree:
        case Name(text):
            return set() if text in CONSTANTS else {text}
        case Number():
            return set()
        case Negative(of):
            return names(of)
        case Power(base, exponent):
            return names(base) | names(exponent)
        case Relation(left, _, right):
            return names(left) | names(right)
        case Call(_, parts) | Sum(parts) | Product(parts, _):
            return {name for part in parts for name in names(part)}
