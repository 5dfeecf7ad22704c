"""What counts as a clear wish for mathematics. A loose pattern is harmless: a handler that finds no formula passes.

Every repetition is bounded, and a text that is too long to be a question is left at its first character.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import languages
from .algebra.notation import MAX_TEXT

_FAR = r".{0,300}"
_MATH = r"[\d=<>^√²³()|+*/\\]"
_ASK = r"^\s{0,9}(?:(?:please|can you|hi|hello),?\s){0,3}(?:what(?:'s| is)|how much is|calculate|compute|evaluate|work out|find)\s"
_SIGNS = r"[-−+*/^×÷√!%\s\d.()]"

_WISHES: Mapping[str, Sequence[str]] = {
    "differentiate": (
        rf"\b(?:differentiate|derive|derivatives?)\b{_FAR}[a-z]",
        r"\bd\s?(?:\^?\d)?/\s?d[a-z]\b|\\frac\s?\{\s?d\b",
        r"求导|导数|导函数|微分|微商",
    ),
    "integrate": (
        rf"\b(?:integrate|integral|anti-?derivative)\b{_FAR}[a-z\d]",
        r"\\int|∫",
        r"积分|原函数",
    ),
    "solve_equation": (
        rf"\b(?:solve|roots?|zeros|solutions?)\b{_FAR}[=<>≤≥^²³]",
        rf"解方程|方程|不等式|求解|解{_FAR}[=<>≤≥]",
        r"^(?!.{0,300}[A-Za-z]{5})[^=<>≤≥＝]{1,300}[=<>≤≥＝][^\n]{1,300}$",
        rf"\b(?:let|suppose|given)\b{_FAR}={_FAR}\b(?:find|calculate|what is|determine|give)\b",
        rf"\\(?:begin|leq?|geq?|cases)\b|\\(?:frac|sqrt|times|cdot){_FAR}=",
    ),
    "factorise": (
        rf"\b(?:factor|factori[sz]e|factori[sz]ation|expand|multiply out)\b{_FAR}{_MATH}",
        rf"因式分解|分解因式|展开{_FAR}[\d^²³(]|质因数",
    ),
    "simplify": (
        rf"\b(?:simplify|reduce)\b{_FAR}{_MATH}",
        r"化简|约分",
    ),
    "calculate": (
        rf"{_ASK}{_FAR}\d\s?(?:[-+*/^×÷−%!]|plus|minus|times|divided)",
        rf"{_ASK}(?:the\s)?(?:sqrt|sin|cos|tan|ln|log|lg|√|square root|remainder)",
        rf"^(?={_FAR}(?:[+*^×÷√]|\s[-−/]\s))(?!{_FAR}\d\s+\d){_SIGNS}{{2,300}}=?\s?[?？]?\s?$",
        rf"^\s?\d+!\s?$|^{_SIGNS}{{2,300}}=\s?[?？]?\s?$",
        rf"(?:计算|算一?下|等于多少|是多少|等于几|得多少){_FAR}\d\s?[-+*/^×÷−(]|\d\s?[-+*/^×÷−]{_FAR}(?:等于|是|得)(?:多少|几)|计算{_FAR}[√\d]",
        r"\b(?:gcd|lcm|hcf|gcf)\b|\b(?:greatest|highest|least|lowest|smallest) common\b|最[大小]公[约因倍]数",
        rf"\bis\s\d+\s(?:a\s)?(?:prime|composite)\b|\bprime factors\b|\d\s?是{_FAR}[质素合]数",
        rf"\bremainder when\b|\bnext\b{_FAR}-?\d+\s?,\s?-?\d+\s?,|除以{_FAR}余",
    ),
    "math_hint": (
        rf"\b(?:hint|clue)s?\b{_FAR}{_MATH}",
        r"^\s?(?:please\s)?(?:can (?:i|you)\s)?(?:give me |get |have )?(?:a |an )?(?:hint|clue)[\s?.!]*(?:please)?[\s?.!]*$",
        rf"^\s?(?:给.{{0,4}})?提示(?:一下)?[？?。！!]*$|提示{_FAR}[=^²³√]",
    ),
}

PATTERNS: Mapping[str, Sequence[str]] = {
    intent: [rf"(?s)\A(?=.{{0,{MAX_TEXT}}}\Z).*?(?:{'|'.join([*wishes, *languages.wishes(intent)])})"]
    for intent, wishes in _WISHES.items()
}
