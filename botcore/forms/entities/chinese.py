"""Numbers in Chinese characters."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGIT = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_FRACTION = "[一二三四五六七八九][零一二三四五六七八九]*"
NUMERAL = re.compile(
    f"[零〇]点[零一二三四五六七八九]+|[零〇一二两兩三四五六七八九十百千万萬亿億]+(?:点{_FRACTION}(?![零〇一二三四五六七八九十点分刻个個位人名]))?"
)
"""八点零五 and the 八点三 of 八点三个人 are times, and 三点一四 is a number."""
LARGE_AFTER_DIGITS = re.compile("[百千万萬亿億]+")


def read_chinese(text: str) -> Decimal | None:
    """`二十五` is 25, `三万五` 35,000, `一九八四` 1984; None where the characters make no number."""
    whole, _, fraction = text.partition("点")
    value = _spelled(whole) if all(character in _DIGIT for character in whole) else _counted(whole)
    if value is None or not fraction:
        return None if value is None else Decimal(value)
    return Decimal(f"{value}." + "".join(str(_DIGIT[character]) for character in fraction))


def multiplier(characters: str) -> int:
    """What `万` in `3万` multiplies by."""
    product = 1
    for character in characters:
        product *= _SMALL.get(character) or _LARGE[character]
    return product


def _spelled(whole: str) -> int | None:
    return int("".join(str(_DIGIT[character]) for character in whole)) if len(whole) <= 18 else None


def _counted(whole: str) -> int | None:
    total = section = digit = 0
    last_unit = 1
    for character in whole:
        if character in _DIGIT:
            digit = _DIGIT[character]
            if digit == 0:
                last_unit = 10
        elif character in _SMALL:
            last_unit = _SMALL[character]
            section, digit = section + (digit or 1) * last_unit, 0
        else:
            last_unit = _LARGE[character]
            if last_unit > total:
                total = (total + section + digit or 1) * last_unit
            else:
                total += (section + digit) * last_unit
            section = digit = 0
    if digit:  # the short form: 三万五 is 35,000
        section += digit * (
            last_unit // 10 if last_unit > 10 and whole[-1] in _DIGIT and len(whole) > 1 else 1
        )
    value = total + section
    return value if value < 10**16 else None
