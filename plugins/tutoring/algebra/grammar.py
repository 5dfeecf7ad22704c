"""The grammar of formulas: text to a small tree, with nothing evaluated and every size bounded.

sum       = product {("+" | "-") product}
product   = factor {("*" | "/" | nothing) factor}       "nothing" is an implied product, as in 2x(x + 1)
factor    = {"+" | "-"} power
power     = postfix [("^" | "**") factor]
postfix   = atom {"!" | "%"}
atom      = number | name | call | "(" sum ")" | "|" sum "|"
call      = function ["^" factor] ("(" list ")" | bare)  bare: sin 2x, sin x cos x
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .question import Unsolved
from .tree import CONSTANTS, Call, Name, Negative, Number, Power, Product, Relation, Statement, Sum, Tree

MAX_LENGTH = 1500
MAX_DEPTH = 40
MAX_DIGITS = 60
MAX_TOKENS = 800

FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "asin",
        "acos",
        "atan",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
        "exp",
        "ln",
        "log",
        "lg",
        "log10",
        "log2",
        "sqrt",
        "cbrt",
        "root",
        "abs",
        "factorial",
        "gcd",
        "lcm",
    ]
)
GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "rho",
        "sigma",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)
RELATIONS = frozenset({"=", "<", ">", "<=", ">=", "!="})
_WORDS = frozenset(
    [
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "by",
        "but",
        "can",
        "did",
        "do",
        "for",
        "get",
        "go",
        "had",
        "has",
        "he",
        "him",
        "his",
        "how",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "off",
        "one",
        "or",
        "our",
        "out",
        "own",
        "put",
        "say",
        "see",
        "set",
        "she",
        "so",
        "the",
        "to",
        "too",
        "two",
        "up",
        "us",
        "use",
        "was",
        "we",
        "who",
        "why",
        "you",
        "yes",
    ]
)

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+(?![\w.]))?)"
    r"|(?P<name>[A-Za-z]+(?:_(?:\d+|[A-Za-z](?![A-Za-z])))?)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^()\[\]{}|!%,;=<>']))"
)


def parse(text: str, functions: Collection[str] = ()) -> list[Statement]:
    """The expressions, equations and inequalities of `text`, which commas or semicolons separate.

    `functions` are names that the person defined. Raises Unsolved, and nothing else, for what isn't a formula.
    """
    if len(text) > MAX_LENGTH:
        raise Unsolved("too_long", limit=str(MAX_LENGTH))
    return _Parser(list(_tokens(text, functions)), functions).statements()


def _tokens(text: str, functions: Collection[str]) -> Iterator[tuple[str, str]]:
    position, count = 0, 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise Unsolved("unreadable", part=excerpt(text[position:]))
        kind = str(found.lastgroup)
        for token in _letters(found["name"], functions) if kind == "name" else [found[kind]]:
            count += 1
            yield kind, token
        if kind == "number" and len(found["number"]) > MAX_DIGITS:
            raise Unsolved("too_many_digits", limit=str(MAX_DIGITS))
        if count > MAX_TOKENS:
            raise Unsolved("too_long", limit=str(MAX_LENGTH))
        position = found.end()


def _letters(word: str, functions: Collection[str]) -> list[str]:
    """The names in a run of letters: `sinx` is sin and x, `xy` is x and y, `hello` is no formula."""
    known = FUNCTIONS | CONSTANTS | GREEK | set(functions)
    lowered = word.lower()
    if word in known or lowered in known:
        return [word if word in known else lowered]
    if len(word.partition("_")[0]) == 1:
        return [word]
    if lowered in _WORDS or "_" in word:
        raise Unsolved("unreadable", part=excerpt(word))
    for length in range(min(len(word) - 1, 6), 1, -1):
        if lowered[:length] in known and len(word) - length <= 2:
            return [lowered[:length], *word[length:]]
    if len(word) > 3:
        raise Unsolved("unreadable", part=excerpt(word))
    return list(word)


def excerpt(text: str) -> str:
    """What can be shown of something unreadable: letters and digits only, since it is put into Markdown."""
    shown = "".join(c if c.isalnum() or c in " +-/=().,^" else "·" for c in text[:24]).strip()
    return shown + ("…" if len(text) > 24 else "")


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], functions: Collection[str]) -> None:
        self.texts = [*tokens, ("end", ""), ("end", "")]
        self.position = 0
        self.depth = 0
        self.bars = 0
        self.functions = set(functions)

    @property
    def kind(self) -> str:
        return self.texts[self.position][0]

    @property
    def text(self) -> str:
        return self.texts[self.position][1]

    def take(self, *signs: str) -> str:
        """The next token if it is one of these signs, else nothing."""
        if self.kind == "sign" and self.text in signs:
            self.position += 1
            return self.texts[self.position - 1][1]
        return ""

    def need(self, *signs: str) -> None:
        if not self.take(*signs):
            raise Unsolved("expected", sign=" ".join(signs), part=excerpt(self.text) or "∅")

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        while self.kind != "end":
            found += self.relation()
            if self.kind != "end":
                self.need(",", ";")
        if not found:
            raise Unsolved("empty")
        return found

    def relation(self) -> list[Statement]:
        """An expression, an equation, or a chain such as 1 < x < 3, which is two statements."""
        left = self.sum()
        found: list[Statement] = []
        while sign := self.take(*RELATIONS, "=="):
            right = self.sum()
            found.append(Relation(left, "=" if sign == "==" else sign, right))
            left = right
        return found or [left]

    def sum(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsolved("too_deep", limit=str(MAX_DEPTH))
        terms = [self.product()]
        while sign := self.take("+", "-"):
            term = self.product()
            terms.append(Negative(term) if sign == "-" else term)
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def product(self) -> Tree:
        factors, signs = [self.factor()], "*"
        while True:
            sign = self.take("*", "/")
            if not sign and not self.starts_atom():
                break
            if not sign and self.kind == "number":
                raise Unsolved("number_after", part=excerpt(self.text))
            factors.append(self.factor() if sign else self.power())
            signs += sign or "*"
        return factors[0] if len(factors) == 1 else Product(tuple(factors), signs)

    def starts_atom(self) -> bool:
        if self.kind == "sign":
            return self.text in "([{" or (self.text == "|" and not self.bars)
        return self.kind != "end"

    def factor(self) -> Tree:
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        power = self.power()
        return Negative(power) if negative else power

    def power(self) -> Tree:
        base = self.postfix()
        if not self.take("^", "**"):
            return base
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsolved("too_deep", limit=str(MAX_DEPTH))
        exponent = self.factor()
        self.depth -= 1
        return Power(base, exponent)

    def postfix(self) -> Tree:
        tree = self.atom()
        for _ in range(3):
            if self.take("!"):
                tree = Call("factorial", (tree,))
            elif self.take("%"):
                if self.kind == "number":
                    raise Unsolved("percent")
                tree = Product((tree, Number("100")), "*/")
        return tree

    def atom(self) -> Tree:
        kind, text = self.kind, self.text
        if kind == "sign" and text in "([{":
            return self.group()
        if self.take("|"):
            return self.absolute()
        if kind == "number":
            self.position += 1
            return Number(text)
        if kind == "name":
            self.position += 1
            return self.named(text)
        raise Unsolved("expected_value", part=excerpt(text) or "∅")

    def group(self) -> Tree:
        closing = {"(": ")", "[": "]", "{": "}"}[self.take("(", "[", "{")]
        bars, self.bars = self.bars, 0
        tree = self.sum()
        self.bars = bars
        self.need(closing)
        return tree

    def absolute(self) -> Tree:
        self.bars += 1
        tree = self.sum()
        self.bars -= 1
        self.need("|")
        return Call("abs", (tree,))

    def named(self, name: str) -> Tree:
        if name in self.functions:
            return self.defined(name)
        if name in FUNCTIONS or name.partition("_")[0] == "log":
            return self.call(name)
        return Name(name)

    def defined(self, name: str) -> Tree:
        primes = 0
        while self.take("'"):
            primes += 1
        if not (self.kind == "sign" and self.text == "("):
            return Name(name)
        return Call(name, self.arguments(), primes)

    def call(self, function: str) -> Tree:
        exponent = None
        if self.take("^", "**"):
            exponent = self.factor()
        arguments = self.arguments() if self.kind == "sign" and self.text == "(" else (self.bare(),)
        if exponent is None:
            return Call(function, arguments)
        if exponent == Negative(Number("1")):
            return Call("a" + function, arguments) if "a" + function in FUNCTIONS else _unknown(function)
        return Power(Call(function, arguments), exponent)

    def arguments(self) -> tuple[Tree, ...]:
        self.need("(")
        bars, self.bars = self.bars, 0
        found = [self.sum()]
        while self.take(","):
            found.append(self.sum())
        self.bars = bars
        self.need(")")
        return tuple(found)

    def bare(self) -> Tree:
        """What a function without parentheses takes: an implied product that ends before the next function."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsolved("too_deep", limit=str(MAX_DEPTH))
        factors = [self.power()]
        while self.kind in {"number", "name"} and self.text not in FUNCTIONS | self.functions:
            factors.append(self.power())
        self.depth -= 1
        return factors[0] if len(factors) == 1 else Product(tuple(factors), "*" * len(factors))


def _unknown(function: str) -> Tree:
    raise Unsolved("unreadable", part=f"{function}^-1")
