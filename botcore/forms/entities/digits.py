"""Numbers written in digits: where the comma is the decimal sign and where it groups."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = re.compile(r"\d{1,3}(?:[\u00a0\u202f '’]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)*", re.ASCII)
_DECIMAL_COMMA = {"de", "es", "fr"}
MAX_DIGITS = 18
"""A longer run of digits is a reference, no quantity."""


def read_digits(text: str, language: str) -> Decimal | None:
    """The value of what DIGITS finds; None where it is no number (`1.2.3`, an order number).

    >>> str(read_digits("1.234,5", "en"))
    '1234.5'
    >>> str(read_digits("1.234", "de"))
    '1234'
    """
    plain = re.sub(r"[\u00a0\u202f '’]", "", text)
    if sum(character.isdigit() for character in plain) > MAX_DIGITS:
        return None
    separators = re.findall(r"[.,]", plain)
    if not separators:
        return Decimal(plain)
    last = separators[-1]
    if len(set(separators)) == 2:
        return _grouped(plain, group="," if last == "." else ".", point=last)
    if len(separators) > 1:
        return _grouped(plain, group=last, point="")
    decimal_comma = language in _DECIMAL_COMMA
    if (last == ",") == decimal_comma or not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain):
        return Decimal(plain.replace(last, "."))
    return Decimal(plain.replace(last, ""))


def _grouped(plain: str, group: str, point: str) -> Decimal | None:
    whole, _, fraction = plain.partition(point) if point else (plain, "", "")
    if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole) or re.search("[.,]", fraction):
        return None
    return Decimal(whole.replace(group, "") + (f".{fraction}" if fraction else ""))
