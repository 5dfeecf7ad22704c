"""What a person asks to have translated, and into what: read from commands and from sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from .languages import find_language, leading_language

_START = r"^(?!(?s:.{4001}))\s*+"
"""Longer messages are texts, not wishes. Every pattern here takes time in proportion to the message's length: runs of
white space are possessive (`++`), and what repeats is bounded."""
_LANG = r"[\w()\u4e00-\u9fff-]{2,20}(?: [\w()-]{2,14}){0,2}"
_PLEASE = rf"{_START}(?:(?:please|pls|can you|could you|would you|will you|help me|i want to|i'd like to)\s++){{0,3}}"
_QING = rf"{_START}(?:请问|请|麻烦|帮我|帮忙|能不能|能|可以|你){{0,5}}"
_ENDING = r"[\s.?!。？！]*+$"
_QUOTED = r"[\"“”'‘«「„][^\n]{1,1000}[\"“”'’»」]"
_ALL = r"\S(?s:.*)"
_HOW = r"(?:要|该|应该)?(?:怎么|如何|怎样)"
_INTO = r"(?<=\s)(?:to|into|in)\s++"

PATTERNS = (
    rf"{_PLEASE}translate\s++(?:(?:this|that|it|the following)\s++)?(?:to|into)\s++(?P<rest>[^\s:：]{{2,20}}(?: [^\s:：]{{2,14}}){{0,2}}\s*+[:：]\s*+{_ALL})$",
    rf"{_PLEASE}translate[:,]?\s++(?P<text>{_ALL}){_INTO}(?P<target>{_LANG}){_ENDING}",
    rf"{_PLEASE}translate[:,]?\s++(?P<text>{_QUOTED}){_ENDING}",
    rf"{_PLEASE}(?:tell me\s++)?how\s++(?:(?:do|would|can|should)\s++)?(?:(?:you|i|we|one|to)\s++)?say\s++(?P<text>{_ALL}){_INTO}(?P<target>{_LANG}){_ENDING}",
    rf"{_PLEASE}(?:what(?:'s|’s| is)|say)\s++(?P<text>{_QUOTED})\s++in\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}what(?:'s|’s| is) the (?P<target>[a-z]{{2,20}}) (?:word |translation |phrase )?(?:for|of)\s++(?P<said>{_ALL})$",
    rf"{_START}what\s++does\s++(?P<meaning>{_QUOTED})\s++mean(?:\s++in\s++(?P<target>{_LANG}))?{_ENDING}",
    rf"{_QING}(?:把|将)\s*+(?P<text>{_ALL})(?:(?<!翻)译|翻译|翻)(?:成|为|到)\s*+(?P<target>[^\s，,：:]{{2,8}}?)[吧吗好嘛么]{{0,3}}{_ENDING}",
    rf"{_QING}(?:翻译|译)(?:一下)?(?:成|为|到)\s*+(?P<rest>{_ALL})$",
    rf"{_QING}用\s*+(?P<target>[^\s，,：:]{{2,8}}?){_HOW}(?:说|讲|表达|写)[\s：:，,]*+(?P<said>{_ALL})$",
    rf"{_QING}(?P<target>[^\s，,：:]{{1,7}}[语文話话語])(?:里|中)?{_HOW}(?:说|讲|表达)[\s：:，,]*+(?P<said>{_ALL})$",
    rf"{_QING}(?P<text>{_ALL})(?:用|的|翻译成|译成)\s*+(?P<target>[^\s，,：:用]{{2,8}}?)(?:{_HOW}|是)(?:说|讲|表达|翻译|什么){_ENDING}",
    rf"{_QING}翻译(?:一下)?[\s：:，,]++(?P<text>{_ALL})$",
    rf"{_START}¿?c[óo]mo se dice\s++(?P<text>{_ALL})(?<=\s)en\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}traduce\s++(?P<text>{_ALL})(?<=\s)al?\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}(?:wie sagt man|was heißt)\s++(?P<text>{_ALL})(?<=\s)auf\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}übersetze\s++(?P<text>{_ALL})(?<=\s)(?:ins|in|auf)\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}comment (?:dit-on|dire|on dit)\s++(?P<text>{_ALL})(?<=\s)en\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}tradui(?:s|sez|re)\s++(?P<text>{_ALL})(?<=\s)en\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}(?P<text>{_ALL})(?:は|って|を)\s*+(?P<target>[^\s、。はを]{{1,6}}語)(?:で何と言|で何て言|でなんて言|で何という|でどう言|に訳し|に翻訳)",
)
"""Sentences that ask for a translation: groups `text` (or `said`, whose closing marks are the sentence's) and `target`,
or `rest` for both in one."""

AGAIN = (
    rf"{_START}(?:¿\s*+)?(?:und|y|et)\s++(?:jetzt\s++)?(?:auf|ins|in|en|al)\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}(?P<target>[^\s、。はを]{{1,6}}語)では{_ENDING}",
    rf"{_START}(?:and|what about|how about)\s++(?:now\s++)?(?:in|into|to)\s++(?P<target>{_LANG}){_ENDING}",
    rf"{_START}(?:那|那么)?(?:用|换成)?(?P<target>[^\s，,：:用]{{1,7}}[语文話话語])(?:呢|怎么说呢?)?{_ENDING}",
)
"""The last text again, into another language."""

_CODE = r"([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)"
_PAIR = re.compile(rf"\s*+{_CODE}\s*+(?:>|->|→|=>)\s*+{_CODE}(?:\s*+[:：]\s*+|\s++)")
_TO = re.compile(r"\s*(?:to|into|in|auf|ins|al|en|à|翻译成|翻译为|译成|译为|成|到|为)\s*", re.IGNORECASE)
_INTO_AT_THE_END = re.compile(r"\s(?:to|into|in|auf|ins|al)\s+|翻译成|译成|成|到", re.IGNORECASE)
_TAIL = 60
_QUOTES = {
    '"': '"',
    "'": "'",
    "“": "”",
    "‘": "’",
    "«": "»",
    "「": "」",
    "『": "』",
    "„": "“",
    "”": "”",
    "《": "》",
}
_POINTS_BACK = {
    *("it", "this", "that", "these", "those", "the above", "the last one", "my last message"),
    *("它", "这", "那", "这个", "那个", "这句", "这句话", "那句话", "上面", "上面的话", "上一句", "刚才的话"),
}


class Request(msgspec.Struct, frozen=True):
    """A text and the languages it is to be translated from and into; empty where the person doesn't say."""

    text: str
    target: str = ""
    source: str = ""
    unknown: str = ""
    """What stands where a language should, and isn't one."""

    @property
    def points_back(self) -> bool:
        """Whether the text is "that", so that what was said before is meant."""
        return self.text.lower() in _POINTS_BACK


def read_command(args: str) -> Request:
    """`to Spanish: hello`, `es hello`, `英文 你好`, `en>fr hello`, `hello to Spanish`, `hello`."""
    pair = _PAIR.match(args)
    if pair and (source := find_language(pair[1])) and (target := find_language(pair[2])):
        return Request(_unquoted(args[pair.end() :]), target, source)
    alone = find_language(args)
    if alone:
        return Request("", alone)
    to = _TO.match(args)
    if to:
        target, rest = _leading(args[to.end() :])
        if target:
            return Request(_unquoted(rest), target)
    target, rest = leading_language(args)
    if target:
        return Request(_unquoted(rest), target)
    start = max(0, len(args) - _TAIL)
    for match in _INTO_AT_THE_END.finditer(args[start:]):
        target = find_language(args[start + match.end() :])
        if target:
            return Request(_unquoted(args[: start + match.start()]), target)
    return Request(_unquoted(args))


def read_sentence(matched: Mapping[str, str | None]) -> Request:
    """From the groups of one of PATTERNS or AGAIN."""
    if rest := matched.get("rest"):
        target, text = _leading(rest)
        return (
            Request(_unquoted(text), target) if target else Request(_unquoted(rest), unknown=rest.split()[0])
        )
    said = (matched.get("said") or "").rstrip(" \n.?!。？！")
    text = _unquoted(said or matched.get("text") or matched.get("meaning") or "")
    words = (matched.get("target") or "").strip()
    target = find_language(words)
    return Request(text, target, unknown="" if target else words)


def find_request(text: str) -> Request | None:
    """The request in a sentence, whatever pattern fits it first."""
    for pattern in PATTERNS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            request = read_sentence(match.groupdict())
            if not request.unknown:
                return request
    return None


def _leading(text: str) -> tuple[str, str]:
    """As `leading_language`, but the name may stand alone or without a space before Chinese."""
    alone = find_language(text)
    if alone:
        return alone, ""
    target, rest = leading_language(text)
    if target:
        return target, rest
    for length in range(8, 1, -1):
        if text[length - 1 : length] in {"文", "语", "話", "话", "體", "体", "語"} and (
            target := find_language(text[:length])
        ):
            return target, text[length:].lstrip(" ：:，,")
    return "", text


def _unquoted(text: str) -> str:
    text = text.strip(" \t\r\n，,：:")
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1] and text[-1] not in text[1:-1]:
        return text[1:-1].strip()
    return text
