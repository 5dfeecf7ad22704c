"""What must come through a translation unchanged: code, addresses, placeholders, mentions, markup."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

_KEPT = re.compile(
    "|".join(
        (
            r"⟦[^⟧]*⟧",  # our own marks, if somebody writes them
            r"```.*?```|``[^`]+``|`[^`\n]+`",
            r"!?\[(?=[^\]\n]{0,300}\]\([^)\s]{0,500}\))|\]\([^)\s]{0,500}\)",  # both ends of a Markdown link; its words are translated
            r"https?://[^\s<>()，。；！？]+[^\s<>()，。；！？.,;:!?'\"*_]|www\.[^\s<>()，。]+\w",
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{0,200}\w",
            r"<[@#:a-zA-Z/!][^<>\n]*>",  # mentions and emoji of Discord, HTML tags
            r"\{\{[^{}\n]*\}\}|\$?\{[^{}\s]*\}|%\(\w+\)[sdif]|%[sd]\b",
            r"(?<![\w/])@\w[\w.]*\w|(?<!\w)#\w+|(?<!\w):[a-z0-9_]+:(?!\w)",
            r"\*\*|__|~~|\|\|",
            r"^[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d+[.)][ \t]+|>[ \t]?)+",
            r"[\U0001f000-\U0001faff\u2600-\u27bf]\ufe0f?",
        )
    ),
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"⟦\s*(\d+)\s*⟧")
_NUMBER = re.compile(r"\d[\d.,:/\u00a0\u202f]*\d|\d")


class Masked(msgspec.Struct, frozen=True):
    """A text with marks ⟦0⟧, ⟦1⟧ ... in place of what is kept."""

    text: str
    kept: tuple[str, ...] = ()

    def restore(self, translated: str) -> tuple[str, tuple[str, ...]]:
        """The translation with everything back in its place, and what has no place in it any more."""
        seen: set[int] = set()

        def put_back(match: re.Match[str]) -> str:
            number = int(match[1]) if len(match[1]) < 6 else len(self.kept)
            seen.add(number)
            return self.kept[number] if number < len(self.kept) else ""

        text = _MARK.sub(put_back, translated)
        return text, tuple(kept.strip() for number, kept in enumerate(self.kept) if number not in seen)


def mask(text: str, terms: dict[str, str] | None = None) -> Masked:
    """Put marks in place of what is kept, and of `terms`, which come back as their translation."""
    kept: list[str] = []

    def put_away(value: str) -> str:
        kept.append(value)
        return f"⟦{len(kept) - 1}⟧"

    masked = _KEPT.sub(lambda match: put_away(match[0]), text)
    for term, translation in sorted((terms or {}).items(), key=lambda pair: -len(pair[0])):
        masked = term_pattern(term).sub(lambda _, value=translation: put_away(value), masked)  # type: ignore[misc]  # mypy takes the default for an argument of sub
    return Masked(masked, tuple(kept))


def term_pattern(term: str) -> re.Pattern[str]:
    """The term as a whole word; in scripts without spaces, anywhere."""
    before, after = (r"(?<!\w)", r"(?!\w)") if term.isascii() else ("", "")
    return re.compile(before + re.escape(term) + after, re.IGNORECASE)


def numbers_lost(source: str, translated: str) -> tuple[str, ...]:
    """Numbers of the source that the translation lacks; separators don't matter, since languages differ in them."""
    there = Counter(map(_digits, _NUMBER.findall(translated)))
    lost = []
    for number in _NUMBER.findall(source):
        if there[_digits(number)] > 0:
            there[_digits(number)] -= 1
        else:
            lost.append(number)
    return tuple(lost)


def _digits(number: str) -> str:
    return "".join(str(int(char)) for char in number if char.isdecimal())
