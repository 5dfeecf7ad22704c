"""E-mail addresses, web addresses, telephone numbers and order numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from botcore.forms.entities.base import Entity
from botcore.forms.entities.lexicon import lexicon

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。、；）】」]{3,2000}", re.IGNORECASE)
_ORDER = re.compile(
    r"(?<![\w-])(?:#\s?\d{3,18}|(?=[A-Za-z0-9-]{4,30}(?![\w-]))(?=[A-Za-z0-9-]*\d{2})[A-Z]{1,6}-?\d{2,18}(?:-[A-Z0-9]{1,12}){0,3})(?![\w-])"
)


def find_emails(text: str) -> Iterator[Entity]:
    for found in _EMAIL.finditer(text):
        yield _entity("email", found, found[0].partition("@")[0] + "@" + found[0].partition("@")[2].lower())


def find_urls(text: str) -> Iterator[Entity]:
    """Without the punctuation that ends the sentence. One that begins with `www.` gets https."""
    for found in _URL.finditer(text):
        said = found[0].rstrip(".,;:!?)]}")
        address = said if "://" in said else f"https://{said}"
        yield Entity("url", address, said, found.start(), found.start() + len(said), address)


def find_orders(text: str, patterns: Sequence[str] = ()) -> Iterator[Entity]:
    """References such as `#48213` or `AB-1234`; with `patterns`, what those regular expressions find instead."""
    for pattern in [re.compile(one, re.IGNORECASE) for one in patterns] or [_ORDER]:
        for found in pattern.finditer(text):
            yield _entity("order", found, re.sub(r"[\s#]", "", found[0]).upper())


def find_phones(text: str, language: str, region: str) -> Iterator[Entity]:
    """Numbers that exist by the numbering plan of their country; `region` counts where no country code is given."""
    if sum(character.isdecimal() for character in text) < 6:
        return
    from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

    for match in PhoneNumberMatcher(text, region or lexicon(language).region):
        number = format_number(match.number, PhoneNumberFormat.E164)
        yield Entity("phone", number, match.raw_string, match.start, match.end, number)


def _entity(kind: str, found: re.Match[str], normalised: str) -> Entity:
    return Entity(kind, normalised, found[0], found.start(), found.end(), normalised)  # type: ignore[arg-type]  # its callers pass literals
