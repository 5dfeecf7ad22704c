"""Simplified and traditional Chinese, one from the other, by OpenCC's dictionaries."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast

_FROM_SIMPLIFIED = {"zh-Hant": "s2t", "zh-TW": "s2twp", "zh-HK": "s2hk"}


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def simplified(text: str) -> str:
    """Blocks for some ms the first time."""
    return _converter("t2s").convert(text)


def written_as(text: str, form: str) -> str:
    """A simplified text in one of the forms of `languages.CHINESE`; plain `zh` leaves it."""
    name = _FROM_SIMPLIFIED.get(form)
    return _converter(name).convert(text) if name else text


@cache
def _converter(name: str) -> _Converter:
    from opencc import OpenCC  # here, since most people never need it

    return cast("_Converter", OpenCC(name))
