"""The words that dates, times and amounts are made of, one TOML file a language: adding a language is adding a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_FOLDER = Path(__file__).parent / "words"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class Meaning(msgspec.Struct, frozen=True):
    """What a word may be. `half` may be several things, so that a word has a mapping of tags to values."""

    tags: Mapping[str, str]


class Lexicon(msgspec.Struct, frozen=True):
    """The words of one language, and what people who speak it mean by ambiguous dates."""

    language: str
    meanings: Mapping[str, Meaning]
    phrases: re.Pattern[str]
    """Finds the longest phrase at a place."""
    next_is_following: bool
    month_first: bool
    region: str


def known_languages() -> list[str]:
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language; of English where there is none."""
    path = _FOLDER / f"{language}.toml"
    if not re.fullmatch("[a-z]{2}", language) or not path.is_file():
        return lexicon("en")
    table = tomllib.loads(path.read_text("utf-8"))
    meanings: dict[str, dict[str, str]] = {}
    for phrase, tag, value in [*_calendar(language), *_listed(table)]:
        meanings.setdefault(phrase.lower(), {})[tag] = value
    return Lexicon(
        language=language,
        meanings={phrase: Meaning(tags) for phrase, tags in meanings.items()},
        phrases=_pattern(meanings),
        next_is_following=table["next_weekday"] == "following",
        month_first=table["month_first"],
        region=table["regions"],
    )


def _listed(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for tag, values in table.items():
        if isinstance(values, dict):
            for value, phrases in values.items():
                for phrase in phrases:
                    yield (phrase, value, "") if tag == "mark" else (phrase, tag, value)


def _calendar(language: str) -> Iterator[tuple[str, str, str]]:
    """Names of months and weekdays. Abbreviated weekdays are left out: "sat" and "mar." are other words too."""
    from babel import Locale

    locale = Locale(language)
    for context in ("format", "stand-alone"):
        for number, name in locale.days[context]["wide"].items():
            yield name, "weekday", str(number)
        for number, name in locale.months[context]["wide"].items():
            if not _CJK.search(name):
                yield name, "month", str(number)
        for number, name in locale.months[context]["abbreviated"].items():
            if len(name.rstrip(".")) >= 3 and not _CJK.search(name):
                yield name.rstrip("."), "month", str(number)


def _pattern(meanings: Mapping[str, object]) -> re.Pattern[str]:
    parts = [_bounded(phrase) for phrase in sorted(meanings, key=len, reverse=True)]
    return re.compile("|".join(parts), re.IGNORECASE)


def _bounded(phrase: str) -> str:
    body = re.escape(phrase).replace(r"\ ", r"\s+")
    if _CJK.search(phrase):
        return body
    before = r"(?<![^\W\d_])" if phrase[0].isalpha() else ""
    after = r"(?![^\W_])" if phrase[-1].isalpha() else ""
    return f"{before}{body}{after}"
