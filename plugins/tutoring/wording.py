"""What a message asks for: sentences in English and Chinese, read into requests. Nothing is evaluated here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .algebra import grammar
from .algebra.notation import plain
from .algebra.question import Request, Task, Unsolved
from .algebra.tree import Relation, names
from .chinese import is_chinese, read_chinese
from .languages import into_english

_VAR = r"(?:alpha|beta|gamma|theta|lambda|mu|omega|phi|[a-zA-Z](?:_\w)?)"
_ORDER = r"(?:(?P<order>first|second|third|fourth|fifth|sixth|\d(?:st|nd|rd|th))\s+)?"
_ASK = (
    r"(?:(?:what(?:'s| is| are| would be)|find|compute|calculate|give|determine|evaluate|work out|get|let me have|show"
    r"|take|do)(?: me)?\s+)?(?:the\s+)?"
)
_WRT = rf"(?:,?\s+(?:with respect to|w\.?r\.?t\.?|in terms of|by|for)\s+(?P<v>{_VAR}))?"
_ORDERS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "square": 2, "cube": 3,
}  # fmt: skip
_POLITE = re.compile(
    r"(?:please|pls|kindly|hi|hello|hey|ok|okay|so|now|then|thanks|math[s]?|(?:can|could|would|will) you|help me(?: to)?|i (?:need|want|have) to"
    r"|i'd like to|how (?:do|can|would|should) (?:i|you|we|one)|how to|show me(?: how to)?|tell me|teach me(?: how)?(?: to)?"
    r"|explain(?: to me)? how to|let's|let us)\b[,!:\s]*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"[,.;\s]*\b(?:please|pls|for me|step[- ]by[- ]step|with (?:all )?(?:the )?(?:steps|explanations?|working)"
    r"|(?:and )?(?:show|explain)\b[^=<>+*^]*|thanks?(?: you)?|and why)[.!?\s]*$",
    re.IGNORECASE,
)
_F = r"(?P<f>.+?)"
_ENGLISH: Sequence[tuple[Task, str]] = (
    ("differentiate", rf"(?:differentiate|derive)\s+{_F}{_WRT}(?:\s+(?:at|when|where)\s+{_VAR}\s*=\s*(?P<at>[^=]+))?"),
    ("differentiate", rf"{_ASK}{_ORDER}derivative\s+(?:of|for)\s+{_F}{_WRT}(?:,?\s+(?:at|when|where)\s+{_VAR}\s*=\s*(?P<at>[^=]+))?"),
    ("differentiate", rf"{_ASK}d\s*(?:\^\s*\(?(?P<order>\d)\)?)?\s*/\s*d\s*(?P<v>{_VAR})(?:\s*\^\s*\(?\d\)?)?\s*(?:of\s+)?{_F}"),
    ("integrate", rf"{_ASK}(?:integrate|int|(?:(?:in)?definite\s+)?integral\s+of|(?:anti-?derivative|primitive)\s+of)\s+"
                  rf"(?:from\s+(?P<a>.+?)\s+to\s+(?P<b>.+?)\s+of\s+){_F}\s*(?:d\s*(?P<v>{_VAR}))?"),
    ("integrate", rf"{_ASK}(?:integrate|int|(?:(?:in)?definite\s+)?integral\s+of|(?:(?:an?\s+)?anti-?derivative|primitive)\s+of)\s+"
                  rf"{_F}(?:\s*\bd\s*(?P<v2>{_VAR}))?{_WRT}"
                  rf"(?:,?\s+(?:from\s+(?:{_VAR}\s*=\s*)?(?P<a>.+?)\s+to\s+(?:{_VAR}\s*=\s*)?(?P<b>.+?)"
                  rf"|between\s+(?P<a2>.+?)\s+and\s+(?P<b2>.+?)|(?:over|on)\s+[\[(](?P<a3>[^,]+),(?P<b3>[^,]+)[\])]))?"),
    ("prime_factors", r"(?:list|what are|find|give)\s+(?:all\s+)?(?:the\s+)?prime factors of\s+(?P<f>\d+)"),
    ("prime_factors", r"(?:prime factori[sz]ation of|factori[sz]e|factor)\s+(?P<f>\d+)(?:\s+into primes?)?"),
    ("prime", r"is\s+(?P<f>\d+)\s+(?:a\s+)?prime(?:\s+number)?"),
    ("composite", r"is\s+(?P<f>\d+)\s+(?:a\s+)?composite(?:\s+number)?"),
    ("gcd", rf"{_ASK}(?:gcd|hcf|gcf|(?:greatest|highest|largest) common (?:divisor|factor))\s*(?:of|for)?\s*{_F}"),
    ("lcm", rf"{_ASK}(?:lcm|(?:least|lowest|smallest) common (?:multiple|denominator)|common denominator)\s*(?:of|for)?\s*{_F}"),
    ("remainder", rf"{_ASK}remainder\s+(?:when|of|if)\s+(?P<f>[^=]+?)(?:\s+is)?\s+divided by\s+(?P<a>[^=]+)"),
    ("nearest", rf"{_ASK}(?P<root>\w+) root of\s+{_F},?\s+(?:rounded\s+)?to the nearest (?:integer|whole number)"),
    ("nearest", rf"{_ASK}(?P<f>[\d.]+)\s+to the power of\s+1/(?P<root>\d+),?\s+(?:rounded\s+)?to the nearest (?:integer|whole number)"),
    ("next_term", r"what (?:is|comes) (?:the )?next(?: (?:term|number))?(?: in)?(?: the sequence)?:?\s+(?P<f>[-\d,.\s/]+)"),
    ("nth_term", rf"{_ASK}(?P<v>{_VAR})'?th term of(?: the sequence)?:?\s+(?P<f>[-\d,.\s/]+)"),
    ("sort_down", rf"(?:sort|put|order|arrange)\s+{_F}\s+(?:in|into)\s+(?:descending|decreasing) order"),
    ("sort", rf"(?:sort|put|order|arrange)\s+{_F}(?:\s+(?:in|into)\s+(?:ascending|increasing) order)?"),
    ("factor", rf"(?:factori[sz]e|factor(?: out)?|{_ASK}(?:factori[sz]ation|factors)\s+of)\s+{_F}(?:\s+completely)?"),
    ("expand", rf"(?:expand|multiply out|expand and simplify|{_ASK}expansion\s+of)\s+{_F}"),
    ("simplify", rf"(?:simplify|reduce|collect(?: the)?(?: like)? terms in)\s+{_F}(?P<positive>,?\s+assuming\s+{_VAR}\s+is positive)?"),
    ("solve", rf"(?:solve|find (?:all )?(?:the )?(?:real )?(?:roots?|zeros?|zeroes|solutions?)(?: of| to| for)?|what are the (?:roots|zeros|zeroes|solutions) (?:of|to)"
              rf"|(?:the )?solutions? (?:of|to))\s+(?:the\s+)?(?:following\s+)?(?:(?:simultaneous|linear|quadratic|cubic|polynomial)\s+)*(?:equations?|inequalit(?:y|ies)|systems?(?: of equations)?)?"
              rf"\s*:?\s*{_F}(?:\s*,?\s+(?:for|in)\s+(?P<v>{_VAR}(?:\s*(?:,|and)\s*{_VAR})*))?"),
    ("solve", rf"(?:find|calculate|determine|what(?: is|'s))\s+(?P<v>{_VAR}),?\s+(?:given(?: that)?|such that|so that|if|when|where|in)\s+{_F}"),
    ("evaluate", r"(?:put together|add(?: together)?|sum|total of|sum of)\s+(?P<f>[^=]+?)\s+and\s+(?P<plus>[^=]+)"),
    ("evaluate", rf"{_ASK}(?:difference|distance)\s+between\s+(?P<f>[^=]+?)\s+and\s+(?P<apart>[^=]+)"),
    ("evaluate", r"what(?:'s| is)\s+(?P<minus>[^=]+?)\s+less than\s+(?P<f>[^=]+)"),
    ("evaluate", r"subtract\s+(?P<minus>[^=]+?)\s+from\s+(?P<f>[^=]+)"),
    ("evaluate", r"(?:multiply)\s+(?P<f>[^=]+?)\s+(?:and|by)\s+(?P<times>[^=]+)"),
    ("evaluate", r"(?:divide)\s+(?P<f>[^=]+?)\s+by\s+(?P<over>[^=]+)"),
    ("evaluate", rf"(?:(?:what(?:'s| is)|how much is|calculate|compute|evaluate|work out|find|give|determine|value of|total of)\s+)(?:the (?:value|result) of\s+)?{_F}\s*=?"),
)  # fmt: skip
_RULES = [(task, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for task, pattern in _ENGLISH]
_LET = re.compile(
    rf"(?:and\s+)?(?:let|suppose|given(?: that)?|define|if)\s+(?P<name>[a-zA-Z])(?:\s*\(\s*(?P<p>{_VAR})\s*\))?\s*(?P<verb>=|be|is|to be)\s*(?P<f>[^=<>]+)",
    re.IGNORECASE,
)
_SUPPOSE = re.compile(
    r"(?:and\s+)?(?:let|suppose|given(?: that)?|if|where|assume(?: that)?)\s+(?P<f>.+)", re.IGNORECASE
)
_HEAD = re.compile(
    r"^\s*(?:the\s+)?(?:function\s+|expression\s+|polynomial\s+)?(?:[a-zA-Z]'?\s*\(\s*[a-zA-Z]\s*\)|y)\s*=\s*(?=[^=])",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"^\s*(?:the\s+)?(?:following\s+)?(?:function|expression|polynomial|equation|number|term|inequality)s?\s*:?\s+",
    re.IGNORECASE,
)


def read(text: str) -> list[Request]:
    """The requests of a message: definitions first, what is asked last.

    Raises Unsolved("no_formula") for a text without mathematics, and Unsolved with another reason for mathematics
    that can't be read.
    """
    text = _signs(into_english(plain(text)))
    if is_chinese(text):
        requests = read_chinese(text)
    else:
        requests = _read_sentences(
            [s for s in re.split(r"(?<=[^\s.])[.?!;]\s+(?=[A-Za-z])|\n", _tidy(text)) if s.strip()]
        )
    functions = {request.name for request in requests if request.parameter}
    for request in requests:
        for formula in (request.formula, request.lower, request.upper, request.at):
            if formula:
                grammar.parse(formula, functions)
    return requests


def has_formula(text: str) -> bool:
    """Whether a message holds anything that looks like mathematics."""
    return bool(
        re.search(
            r"\d\s*[-+*/^=<>×÷²³√−]|[-+*/^=<>×÷√−]\s*[\da-zA-Z(]|\\[a-z]+|[a-zA-Z)]\^|[²³⁴√∫≤≥π]|\b[a-zA-Z]\(|\d\s*[!%]|\b(?:a?(?:sin|cos|tan)|ln|log|lg|sqrt|exp)\b",
            text,
        )
    )


def _signs(text: str) -> str:
    """Operations that are written as words, between numbers or letters."""
    text = re.sub(r"%\s*of\s+", "/100*", text)
    for words, sign in (
        ("plus", "+"),
        ("minus|take away", "-"),
        ("times|multiplied by", "*"),
        ("divided by|over", "/"),
    ):
        text = (
            re.sub(rf"(?<=[\d)a-z])\s+(?:{words})\s+(?=[-(\d]|[a-z]\b|sqrt)", sign, text, flags=re.IGNORECASE)
            if not re.search("remainder", text, re.IGNORECASE)
            else text
        )
    text = re.sub(r"(?<=[\d)a-z])\s+squared\b", "^2", text, flags=re.IGNORECASE)
    return re.sub(r"(?<=[\d)a-z])\s+cubed\b", "^3", text, flags=re.IGNORECASE)


def _tidy(text: str) -> str:
    """Without the words of politeness around the question, and without the mark at its end."""
    text = text.strip().strip('"').strip()
    for _ in range(4):
        text = re.sub(r"[.?!,;:\s]+$", "", text) if not re.search(r"[\d)a-z]!$", text) else text
        text = _THANKS.sub("", text)
    return _without_politeness(text)


def _without_politeness(text: str) -> str:
    while found := _POLITE.match(text):
        text = text[found.end() :].lstrip()
    return text


def _read_sentences(sentences: Sequence[str]) -> list[Request]:
    if not sentences:
        raise Unsolved("no_formula")
    requests: list[Request] = []
    for sentence in sentences[:-1]:
        requests += _definition(_without_politeness(sentence))
    asked = _question(_without_politeness(sentences[-1]), requests)
    return [*(requests[:-1] if asked.name == "=" else requests), asked]


def _definition(sentence: str) -> Iterator[Request]:
    found = _LET.fullmatch(sentence.strip())
    if found and (
        found["p"] or found["verb"] != "=" or not re.match(r"(?:and\s+)?suppose", sentence, re.IGNORECASE)
    ):
        inner = _match(found["f"]) or _match(f"find {found['f']}")
        request = inner or Request("evaluate", found["f"])
        if request.task == "evaluate":
            request = replace(request, task="define")
        yield replace(request, name=found["name"], parameter=found["p"] or "")
    elif found := _SUPPOSE.fullmatch(sentence.strip()):
        yield Request("solve", _joined(found["f"]), name="*")
    elif re.search(r"[=^]|\d\s*[+*/]", sentence):
        raise Unsolved("unreadable", part=grammar.excerpt(sentence))


def _question(sentence: str, before: Sequence[Request]) -> Request:
    asked = re.fullmatch(
        rf"(?:find|calculate|what is|determine|give)\s+(?:the value of\s+)?(?P<v>{_VAR})",
        sentence.strip(),
        re.IGNORECASE,
    )
    if asked and before and before[-1].name == "*":
        return replace(before[-1], variable=asked["v"], name="=")
    request = _match(sentence)
    if request:
        return request
    if not has_formula(sentence):
        raise Unsolved("no_formula")
    formula = re.sub(r"=\s*$", "", _joined(_noun(sentence)))
    statements = grammar.parse(formula, {r.name for r in before})
    related = any(isinstance(statement, Relation) for statement in statements)
    if related or not {name for statement in statements for name in names(statement)} - {"i", "e"}:
        return Request("solve" if related else "evaluate", formula)
    return Request("simplify", formula)


def _match(sentence: str) -> Request | None:
    """The first reading whose formula the grammar accepts; where none does, why the first one failed."""
    failure: Unsolved | None = None
    sentence = (
        re.sub(r"[.?!,;:\s]+$", "", sentence.strip()) if not sentence.endswith("!") else sentence.strip()
    )
    for task, rule in _RULES:
        found = rule.fullmatch(sentence)
        if found is None:
            continue
        request = _request(task, {key: value for key, value in found.groupdict().items() if value})
        try:
            grammar.parse(request.formula, "abcdefghijklmnopqrstuvwxyz")
        except Unsolved as error:
            failure = failure or error
            continue
        return request
    if failure is not None and has_formula(sentence):
        raise failure
    return None


def _request(task: Task, found: dict[str, str]) -> Request:
    formula = _noun(found["f"])
    if task in {"differentiate", "integrate", "factor", "expand", "simplify"}:
        formula = _HEAD.sub("", formula)
    for key, sign in (("plus", "+"), ("minus", "-"), ("times", "*"), ("over", "/")):
        if key in found:
            formula = f"({formula}){sign}({found[key]})"
    if "apart" in found:
        formula = f"|({formula})-({found['apart']})|"
    if task in {"solve", "gcd", "lcm", "sort", "sort_down"}:
        formula = _joined(formula)
    if task == "integrate":
        formula = re.sub(r"\s*\bd([a-z])\s*$", "", formula)
    return Request(
        task,
        formula,
        variable=re.sub(r"\s*(?:,|and)\s*", ",", found.get("v") or found.get("v2") or ""),
        order=_order(found.get("order") or found.get("root") or ""),
        lower=found.get("a") or found.get("a2") or found.get("a3") or "",
        upper=found.get("b") or found.get("b2") or found.get("b3") or "",
        at=found.get("at", ""),
        positive="positive" in found,
    )


def _order(word: str) -> int:
    if word.lower() in _ORDERS:
        return _ORDERS[word.lower()]
    digits = re.match(r"\d{1,2}", word)
    if word and not digits:
        raise Unsolved("unreadable", part=word)
    return int(digits[0]) if digits else 1


def _joined(formula: str) -> str:
    return re.sub(r"\s*,?\s+and\s+", ", ", formula)


def _noun(formula: str) -> str:
    return _NOUN.sub("", formula).strip()
