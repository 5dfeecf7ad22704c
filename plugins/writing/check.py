"""What a careful reader would mark in a text, found by rules; no rule claims to know the grammar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from .text import Text, tokens

Kind = Literal[
    "repeated", "long", "passive", "mixed", "spaces", "before_mark", "wordy", "unclosed", "lowercase", "marks"
]
_WORDY = {
    "in order to": "to",
    "due to the fact that": "because",
    "at this point in time": "now",
    "in the event that": "if",
    "a large number of": "many",
    "a majority of": "most",
    "has the ability to": "can",
    "is able to": "can",
    "in spite of the fact that": "although",
    "for the purpose of": "for",
    "with regard to": "about",
    "make use of": "use",
    "prior to": "before",
    "subsequent to": "after",
    "each and every": "every",
    "the reason is because": "because",
    "进行了一个": "（删去）",
    "进行一个": "（删去）",
    "由于……的原因": "因为",
    "目前现在": "现在",
    "大约左右": "大约",
    "涉及到": "涉及",
    "凯旋归来": "凯旋",
    "亲眼目睹": "目睹",
    "非常十分": "非常",
}
"""Roundabout wordings, and the plain one."""
_IRREGULAR = (
    "been|done|made|given|taken|seen|known|shown|written|sent|kept|held|told|sold|built|bought|brought|caught|found|left|"
    "lost|paid|put|read|said|set|chosen|broken|driven|eaten|forgotten|hidden|stolen|thrown|torn|worn|won|begun|drawn"
)
_PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?(?:(?!need|speed|indeed)\w{{2,}}ed|{_IRREGULAR})\b(?!\s+to\b)",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"\b([^\W\d_]{2,40})\s++\1\b", re.IGNORECASE)
_MEANT_TWICE = {"had", "that", "bye", "no", "very", "ha", "so", "tut", "blah"}
_REPEATED_ZH = re.compile(
    r"(的的|了了(?!解)|是是|在在|我们我们|你们你们|因为因为|所以所以|但是但是|可以可以|就是就是)"
)
_HALF_IN_CHINESE = re.compile(
    r"[\u4e00-\u9fff]\s?[,;:!?](?=\s*[\u4e00-\u9fff]|\s*$)|[\u4e00-\u9fff]\.(?=\s*$|\s*[\u4e00-\u9fff])",
    re.MULTILINE,
)
_FULL_IN_LATIN = re.compile(r"[a-zA-Z][，。；：！？](?=\s*[a-zA-Z]{2,}|\s*$)", re.MULTILINE)
_SPACES = re.compile(r"(?<=\S)[ \u00a0]{2,}(?=\S)")
_BEFORE_MARK = re.compile(r"\w{1,30} {1,9}[,;.!?](?=\s|$)")
_MARKS = re.compile(r"(?:[!！]{2,}|[?？]{2,}|[,，]{2,}|(?<!\.)\.\.(?!\.))")
_LOWERCASE = re.compile(r"[.!?]\s+([a-z][a-z']+)")
_I = re.compile(r"(?<![\w.'-])i(?=['’](?:m|ve|ll|d)\b|\s+[a-z])")
_PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】", "“": "”", "「": "」", "《": "》"}
_MOST_OF_A_KIND = 4


class Finding(msgspec.Struct, frozen=True):
    kind: Kind
    quote: str
    """The place in the text, in its own words."""
    better: str = ""
    """What to write instead, where that is certain enough."""
    number: int = 0
    """Words in a sentence that is too long."""


def check(text: Text, language: str, long_words: int = 30) -> list[Finding]:
    """All findings, at most four of a kind, in the order of a reader's concern."""
    prose = re.sub(r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+", "``", text.raw, flags=re.DOTALL)
    found: list[Finding] = []
    for rule in _RULES:
        found += _first(rule(prose))
    found += _first(_long(text, long_words))
    if language == "en":
        found += _first(Finding("passive", match[0]) for match in _PASSIVE.finditer(prose))
        found += _first(_lowercase(prose))
    return found


def _first(findings: Iterator[Finding]) -> list[Finding]:
    unique: dict[str, Finding] = {}
    for finding in findings:
        unique.setdefault(finding.quote, finding)
        if len(unique) == _MOST_OF_A_KIND:
            break
    return list(unique.values())


def _repeated(prose: str) -> Iterator[Finding]:
    for match in _REPEATED.finditer(prose):
        if match[1].lower() not in _MEANT_TWICE:
            yield Finding("repeated", match[0], match[1])
    for match in _REPEATED_ZH.finditer(prose):
        yield Finding("repeated", _around(prose, match), match[0][: len(match[0]) // 2])


def _mixed(prose: str) -> Iterator[Finding]:
    for pattern in (_HALF_IN_CHINESE, _FULL_IN_LATIN):
        for match in pattern.finditer(prose):
            yield Finding("mixed", _around(prose, match))


def _spaces(prose: str) -> Iterator[Finding]:
    for match in _SPACES.finditer(prose):
        yield Finding("spaces", _around(prose, match))


def _before_mark(prose: str) -> Iterator[Finding]:
    for match in _BEFORE_MARK.finditer(prose):
        yield Finding("before_mark", match[0], re.sub(r" +", "", match[0]))


def _marks(prose: str) -> Iterator[Finding]:
    for match in _MARKS.finditer(prose):
        yield Finding("marks", _around(prose, match))


def _wordy(prose: str) -> Iterator[Finding]:
    lower = prose.lower()
    for phrase, plain in _WORDY.items():
        if re.search(rf"\b{phrase}\b" if phrase.isascii() else re.escape(phrase), lower):
            yield Finding("wordy", phrase, plain)


def _unclosed(prose: str) -> Iterator[Finding]:
    for opening, closing in _PAIRS.items():
        if prose.count(opening) > prose.count(closing):
            last = prose.rfind(opening)
            yield Finding("unclosed", prose[last : last + 30].strip(), closing)


def _long(text: Text, long_words: int) -> Iterator[Finding]:
    for sentence in text.sentences:
        count = len(tokens(sentence))
        if count > long_words * (2 if text.is_cjk else 1):
            yield Finding("long", sentence if len(sentence) <= 60 else f"{sentence[:57]}...", number=count)


def _lowercase(prose: str) -> Iterator[Finding]:
    for match in _I.finditer(prose):
        yield Finding("lowercase", _around(prose, match), "I")
    for match in _LOWERCASE.finditer(prose):
        if not re.search(
            r"\b(?:e\.g|i\.e|etc|vs|approx|no)\.\s*$", prose[: match.start() + 1], re.IGNORECASE
        ):
            yield Finding("lowercase", match[0], match[1].capitalize())


def _around(prose: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - 8), match.end() + 8
    return prose[start:end].strip().replace("\n", " ")


_RULES: tuple[Callable[[str], Iterator[Finding]], ...] = (
    _repeated,
    _mixed,
    _marks,
    _before_mark,
    _spaces,
    _unclosed,
    _wordy,
)
