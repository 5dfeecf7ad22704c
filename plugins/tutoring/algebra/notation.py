"""What people type, brought into one notation: Unicode, full-width characters, and the LaTeX of school books."""

from __future__ import annotations

import re
import unicodedata

from .question import Unsolved

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ", "0123456789+-()nx", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₓₙ", "0123456789+-xn", strict=True))
_SIGNS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "﹣": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "•": "*", "÷": "/",
        "∕": "/", "⁄": "/", "≤": "<=", "⩽": "<=", "≦": "<=", "≥": ">=", "⩾": ">=", "≧": ">=", "≠": "!=", "π": " pi ",
        "∞": " oo ", "∛": " cbrt ", "√": " sqrt ", "′": "'", "’": "'", "‘": "'", "″": "''", "“": '"', "”": '"',
        "、": ",", "。": ". ", "【": "[", "】": "]", "α": " alpha ", "β": " beta ", "γ": " gamma ", "θ": " theta ",
        "λ": " lambda ", "μ": " mu ", "ω": " omega ", "φ": " phi ", "∫": "\\int ", "½": "(1/2)", "¼": "(1/4)",
        "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)", "∣": "|", "∂": "d",
    }
)  # fmt: skip
_SYMBOLS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=",
    "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=", "infty": "oo", "prime": "'",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lbrace": "(", "rbrace": ")", "partial": "d", "quad": " ",
    "qquad": " ", "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "", "displaystyle": "",
    "limits": "", "varphi": "phi", "varepsilon": "epsilon",
}  # fmt: skip
_WRAPPERS = frozenset({"mathrm", "operatorname", "text", "mathbf", "mathit", "rm", "boxed", "textstyle"})
MAX_TEXT = 1500
MAX_NESTING = 40


def plain(text: str) -> str:
    """The text with its formulas in ASCII; words stay as they are. Raises Unsolved where it is too long."""
    if len(text) > MAX_TEXT:
        raise Unsolved("too_long", limit=str(MAX_TEXT))
    text = _scripts(_scripts(text, _SUPERSCRIPTS, "^"), _SUBSCRIPTS, "_").translate(_SIGNS)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cs"})
    text = re.sub(r"\\\(|\\\)|\\\[|\\\]|\$+|`+", " ", text)
    if "\\" in text:
        text = _Latex(text).read()
    text = re.sub(r"\bsqrt\s+(\d+(?:\.\d+)?|[a-zA-Z])(?![\w^])", r"sqrt(\1)", text)
    return re.sub(r"\s+", " ", text).strip()


def _scripts(text: str, table: dict[str, str], sign: str) -> str:
    run = re.compile("[" + re.escape("".join(table)) + "]+")

    def write(found: re.Match[str]) -> str:
        inside = "".join(table[c] for c in found[0])
        return (
            f"{sign}({inside})" if sign == "^" else f"{sign}{{{inside}}}" if len(inside) > 1 else f"_{inside}"
        )

    return run.sub(write, text)


class _Latex:
    """A reader of the LaTeX that stands for a formula; what it doesn't know stays, and the grammar refuses it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def read(self, stop: str = "") -> str:
        found: list[str] = []
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == stop:
                break
            self.position += 1
            found.append(self._one(char))
        return "".join(found)

    def _one(self, char: str) -> str:
        if char == "\\":
            return self._command()
        if char == "{":
            self.position -= 1
            return f"({self._group()})"
        if char == "_":
            inside = self._group()
            return f"_{inside}" if inside.isalnum() else f"_({inside})"
        return char

    def _group(self) -> str:
        """The next `{...}`, or the next character where there is none."""
        while self.text[self.position : self.position + 1] == " ":
            self.position += 1
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Unsolved("too_deep", limit=str(MAX_NESTING))
        if self.text[self.position : self.position + 1] == "{":
            self.position += 1
            inside = self.read("}")
        else:
            inside = self.text[self.position : self.position + 1]
            if inside == "\\":
                self.position += 1
                inside = self._command()
                self.position -= 1
        self.position += 1
        self.depth -= 1
        return inside.strip()

    def _command(self) -> str:  # noqa: PLR0911  one case for each kind
        found = re.compile(r"[A-Za-z]+|.", re.DOTALL).match(self.text, self.position)
        if found is None:
            return ""
        name = found[0]
        self.position = found.end()
        if name in {"frac", "dfrac", "tfrac", "cfrac"}:
            return self._fraction()
        if name == "sqrt":
            return self._root()
        if name == "int":
            return self._integral()
        if name in {"begin", "end"}:
            self._group()
            return " "
        if name == "\\":
            return ", "
        if name in {"{", "}", "|"}:
            return {"{": "(", "}": ")", "|": "|"}[name]
        if name in _WRAPPERS:
            return f" {self._group()} "
        return f" {_SYMBOLS.get(name, name if name.isalpha() else '')} "

    def _fraction(self) -> str:
        above, below = self._group(), self._group()
        order = re.fullmatch(r"d(?:\s*\^\s*\(?\s*(\d)\s*\)?)?", above)
        if order and (by := re.fullmatch(r"d\s*([a-zA-Z]+)(?:\s*\^\s*\(?\s*\d\s*\)?)?", below)):
            return f" d^{order[1]}/d{by[1]}^{order[1]} " if order[1] else f" d/d{by[1]} "
        return f"(({above})/({below}))"

    def _root(self) -> str:
        degree = ""
        if self.text[self.position : self.position + 1] == "[":
            self.position += 1
            degree = self.read("]")
            self.position += 1
        inside = self._group()
        return f" root({inside},{degree}) " if degree else f" sqrt({inside}) "

    def _bound(self) -> str:
        """A group, or the parentheses that Unicode superscripts become."""
        rest = self.text[self.position :].lstrip()
        if not rest.startswith("(") or ")" not in rest:
            return self._group()
        inside = rest[1 : rest.index(")")]
        self.position = len(self.text) - len(rest) + len(inside) + 2
        return inside

    def _integral(self) -> str:
        bounds = {"_": "", "^": ""}
        while (ahead := self.text[self.position :].lstrip())[:1] in bounds and ahead:
            self.position = len(self.text) - len(ahead) + 1
            bounds[ahead[0]] = self._bound()
        limits = f" from {bounds['_']} to {bounds['^']} of" if bounds["_"] and bounds["^"] else ""
        return f" int{limits} "
