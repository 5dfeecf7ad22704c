"""Mathematics as people write it in a chat: TeX into Unicode where that reads well, else the TeX itself as code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from botcore.channels.rendering.symbols import ACCENTS, DOUBLE, FUNCTIONS, SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS
from botcore.channels.rendering.tree import Code, Text

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[ \t\n]+|.", re.DOTALL)
_SIZES = {"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "limits", "nolimits"}
_WORDS = {
    "text",
    "mathrm",
    "mathbf",
    "mathit",
    "mathsf",
    "operatorname",
    "textbf",
    "textit",
    "boxed",
    "mathcal",
}
_SPACES = {
    "\\,": " ",
    "\\;": " ",
    "\\:": " ",
    "\\ ": " ",
    "\\!": "",
    "\\quad": " ",
    "\\qquad": "  ",
    "~": " ",
    "\\\\": "; ",
}
_FRACTIONS = {"\\frac", "\\dfrac", "\\tfrac"}
_ATOM = re.compile(r"[\d.,]+|\w[\u0300-\u036f⁰-ₜ¹²³′ᵃ-ᶻ]*|√?\([^()]*\)|[\d.]*√\w")
_SUM = re.compile(r"[-+±∓=,/<>≤≥ ]")
_DEEPEST = 8


class _Unreadable(Exception):
    """The formula has something that no line of text can show."""


def formula(tex: str) -> Text | Code:
    """One line. `tex` is at most `rules.LONGEST_FORMULA` characters long or a few lines."""
    tex = " ".join(tex.split())
    try:
        read = _Reader(tex).everything()
    except _Unreadable:
        return Code(tex)
    return Text(read) if read else Code(tex)


class _Reader:
    """A reader by descent; `_DEEPEST` bounds its recursion."""

    def __init__(self, tex: str) -> None:
        self._tokens = _TOKEN.findall(tex)
        self._at = 0
        self._depth = 0

    def everything(self) -> str:
        read = self._until("")
        return re.sub(r" {2,}", " ", read).strip()

    def _next(self) -> str:
        sign = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return sign

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _until(self, end: str) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        read = "".join(self._pieces(end))
        self._depth -= 1
        return read

    def _pieces(self, end: str) -> Iterator[str]:
        before = ""
        while (sign := self._next()) != end:
            if not sign or sign in "}&":
                raise _Unreadable
            piece = self._fraction(before) if sign in _FRACTIONS else self._piece(sign)
            before = piece or before
            yield piece

    def _piece(self, sign: str) -> str:
        if sign == "{":
            return self._until("}")
        if sign == "^":
            return self._script(SUPERSCRIPTS, "^")
        if sign == "_":
            return self._script(SUBSCRIPTS, "_")
        if sign in _SPACES:
            return _SPACES[sign]
        if sign[0] == "\\":
            return self._command(sign[1:])
        return " " if sign.isspace() else sign

    def _argument(self) -> str:
        while self._peek().isspace():
            self._next()
        sign = self._next()
        if not sign or sign == "}":
            raise _Unreadable
        return self._piece(sign).strip()

    def _script(self, table: dict[str, str], mark: str) -> str:
        content = self._argument()
        if content in ("°", "′", "∘"):
            return content.replace("∘", "°")
        if content and all(character in table for character in content.replace(" ", "")):
            return "".join(table[character] for character in content.replace(" ", ""))
        return f"{mark}{content}" if len(content) == 1 else f"{mark}({content})"

    def _command(self, name: str) -> str:
        if name in SYMBOLS:
            return self._letter(SYMBOLS[name])
        if name in FUNCTIONS:
            return name if self._peek()[:1] in ("", " ", "(", "_", "^", "{", ")") else f"{name} "
        if name in _SIZES:
            return self._size()
        if name in _WORDS:
            return self._argument_text()
        if f"\\{name}" in _FRACTIONS:
            return self._fraction("")
        return self._rarer(name)

    def _fraction(self, before: str) -> str:
        """On one line, brackets say what a fraction's bar says: 2 1/3, 2(a/b), (1/2)x."""
        above, below = self._argument(), self._argument()
        fraction = f"{_factor(above)}/{_grouped(below)}"
        if before[-1:].isdigit() and above.isdigit() and below.isdigit():
            return f" {fraction}"
        beside = self._peek()
        touches = before[-1:].isalnum() or beside.isalnum() or beside in ("^", "_", "(", "\\left")
        return f"({fraction})" if touches else fraction

    def _rarer(self, name: str) -> str:
        if name == "sqrt":
            return self._root()
        if name in ACCENTS:
            return self._single(lambda letter: letter + ACCENTS[name])
        if name == "mathbb":
            return self._single(lambda letter: DOUBLE.get(letter, ""))
        if len(name) == 1 and name in "{}%$#_&|":
            return name
        raise _Unreadable

    def _letter(self, symbol: str) -> str:
        """The space behind a command ends its name; it is kept beside signs, which need the room."""
        if symbol.isalpha() and self._peek().isspace():
            self._next()
        return symbol

    def _size(self) -> str:
        if self._peek() == ".":
            self._next()
        return ""

    def _argument_text(self) -> str:
        if self._peek() != "{":
            raise _Unreadable
        self._next()
        return self._until("}")

    def _single(self, change: Callable[[str], str]) -> str:
        content = self._argument()
        changed = change(content) if len(content) == 1 else ""
        if not changed:
            raise _Unreadable
        return changed

    def _root(self) -> str:
        degree = ""
        if self._peek() == "[":
            self._next()
            degree = self._until("]").strip()
            if not all(character in SUPERSCRIPTS for character in degree):
                raise _Unreadable
        raised = "".join(SUPERSCRIPTS[character] for character in degree if degree != "2")
        return f"{raised}√{_grouped(self._argument())}"


def _factor(text: str) -> str:
    """Above the bar a product needs no brackets, a sum does."""
    outside = re.sub(r"\([^()]*\)", "", text)
    return f"({text})" if _SUM.search(outside.lstrip("-")) else text


def _grouped(text: str) -> str:
    """Below the bar and under a root, anything but one number, letter or bracket needs brackets."""
    return text if _ATOM.fullmatch(text) else f"({text})"
