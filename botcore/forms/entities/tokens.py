"""A text as words with their meanings: what the rules for dates, times and amounts are matched against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache

import msgspec

from botcore.forms.entities.chinese import LARGE_AFTER_DIGITS, NUMERAL, multiplier, read_chinese
from botcore.forms.entities.digits import DIGITS, read_digits
from botcore.forms.entities.lexicon import Lexicon

_LITERAL = re.compile(
    r"""(?P<iso>(?<![\d-])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\d-]))
    |(?P<written>(?<![\d./-])\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)(?:\d{4}|\d{2})(?![\d]|[./-]\d)
        |(?<![\d./-])\d{1,2}/\d{1,2}(?![\d/])|(?<![\d./-])\d{1,2}\.\d{1,2}\.(?!\d))
    |(?P<hours>(?<![\d:.])(?:[01]?\d|2[0-4])(?:\s?[:：]\s?|\s?[hH]\s?|\.(?=\d\d\s*Uhr))[0-5]\d(?:[:：][0-5]\d)?(?![\d:]))
    |(?P<ordinal>(?<![\d.,])\d{1,2}(?:st|nd|rd|th|er|º|ª)\b)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_GERMAN_ORDINAL = re.compile(r"\d{1,2}\.(?=\s|$|,)", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_READABLE = re.compile("[a-zà-ÿœ'’-]{1,60}")
"""What text2num is given: its Rust code can't take lone surrogates."""
_SPACE = re.compile(r"\s+")
_SPELLED = {"en", "de", "es", "fr"}
"""Languages whose number words text2num reads here."""


class Token(msgspec.Struct, frozen=True):
    """A word, number or sign of a text with all that it may mean."""

    text: str
    start: int
    end: int
    tags: Mapping[str, str] = {}
    number: Decimal | None = None


def tokenise(text: str, words: Lexicon) -> list[Token]:
    """The text's tokens in order, without spaces."""
    return _with_spelled_numbers(list(_tokens(text, words)), words.language)


def _tokens(text: str, words: Lexicon) -> Iterator[Token]:
    place = 0
    while place < len(text):
        space = _SPACE.match(text, place)
        if space:
            place = space.end()
            continue
        token = _at(text, place, words)
        yield token
        place = token.end


def _at(text: str, place: int, words: Lexicon) -> Token:
    if text[place].isdecimal():
        return _digits(text, place, words.language)
    phrase = words.phrases.match(text, place)
    numeral = NUMERAL.match(text, place)
    if numeral and (not phrase or phrase.end() <= numeral.end()):
        number = read_chinese(numeral[0])
        if number is not None:
            return Token(numeral[0], place, numeral.end(), {"number": ""}, number)
    if phrase:
        key = re.sub(r"\s+", " ", phrase[0].lower())
        meaning = words.meanings.get(key)
        return Token(phrase[0], place, phrase.end(), meaning.tags if meaning else {})
    word = _WORD.match(text, place)
    end = word.end() if word and not NUMERAL.match(text, place) else place + 1
    if word and _is_han(text[place]):
        end = place + 1
    said = text[place:end]
    return Token(said, place, end, {"currency": said} if said in _currency_codes() else {})


def _digits(text: str, place: int, language: str) -> Token:
    literal = _LITERAL.match(text, place)
    if literal and literal.lastgroup:
        kind = next(kind for kind in ("iso", "written", "hours", "ordinal") if literal[kind])
        number = Decimal(re.sub(r"\D", "", literal[0])) if kind == "ordinal" else None
        return Token(literal[0], place, literal.end(), {kind: ""}, number)
    ordinal = _GERMAN_ORDINAL.match(text, place) if language == "de" else None
    if ordinal:
        return Token(
            ordinal[0], place, ordinal.end(), {"ordinal": "", "number": ""}, Decimal(ordinal[0][:-1])
        )
    found = DIGITS.match(text, place)
    if not found:  # a digit of another script
        return Token(text[place], place, place + 1)
    number = read_digits(found[0], language)
    large = LARGE_AFTER_DIGITS.match(text, found.end())
    end = large.end() if large else found.end()
    if number is None or _inside_a_word(text, place, end):
        return Token(text[place:end], place, end)
    if large:
        number *= multiplier(large[0])
    tags = {"number": ""}
    if re.fullmatch(r"(?:19|20|21)\d\d", found[0]):
        tags["year"] = ""
    return Token(text[place:end], place, end, tags, number)


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Of `AB12` or `12ab` the digits are no number, but of `8pm`, `15h` and `20€` they are."""
    before = text[start - 1] if start else ""
    return (before.isalpha() and not _is_han(before)) or before == "_"


def _is_han(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff"


@cache
def _currency_codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


class _Word:
    """A token in the form that text2num asks for."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def text(self) -> str:
        said = self._token.text.lower()
        return said if _READABLE.fullmatch(said) else "."

    def nt_separated(self, _previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return not self._token.text[0].isalpha()


def _with_spelled_numbers(tokens: Sequence[Token], language: str) -> list[Token]:
    if language not in _SPELLED or not any(token.text[0].isalpha() for token in tokens):
        return list(tokens)
    from text_to_num import find_numbers

    result: list[Token] = []
    place = 0
    for found in find_numbers([_Word(token) for token in tokens], language, 0):
        covered = tokens[found.start : found.end]
        result += tokens[place : found.start]
        if _is_no_number(covered):
            result += covered
        elif result and result[-1].number and _continues(result[-1], covered[0], found.value):
            result[-1] = _merged([result[-1], *covered], float(result[-1].number) * found.value, False)
        else:
            result.append(_merged(covered, found.value, found.is_ordinal))
        place = found.end
    return result + list(tokens[place:])


def _is_no_number(covered: Sequence[Token]) -> bool:
    """A single word with a meaning of its own: "second", "un"."""
    return len(covered) == 1 and bool(covered[0].tags)


def _continues(digits: Token, word: Token, value: float) -> bool:
    """`3 million`, `2.5 Milliarden`."""
    return digits.text[0].isdecimal() and value in {1e2, 1e3, 1e6, 1e9} and word.start - digits.end <= 1


def _merged(covered: Sequence[Token], value: float, ordinal: bool) -> Token:
    return Token(
        " ".join(token.text for token in covered),
        covered[0].start,
        covered[-1].end,
        {"ordinal" if ordinal else "number": ""},
        Decimal(str(int(value) if value == int(value) else value)),
    )
