"""A slot's value as the person reads it, in their language's way of writing dates and amounts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from botcore.forms.entities.base import Money

if TYPE_CHECKING:
    from babel import Locale


def show(value: object, language: str) -> str:
    """`2026-03-14` is "Saturday, March 14, 2026" or "2026年3月14日星期六"."""
    from babel import Locale, UnknownLocaleError, numbers

    try:
        locale = Locale.parse(language)
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (datetime, date, time)):
        return _moment(value, locale)
    if isinstance(value, timedelta):
        return _length(value, locale)
    if isinstance(value, Money):
        return numbers.format_currency(
            value.amount, value.currency, locale=locale, decimal_quantization=False
        )
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return numbers.format_decimal(value, locale=locale, decimal_quantization=False)
    return str(value)


def _moment(value: datetime | date | time, locale: Locale) -> str:
    from babel import dates

    if isinstance(value, time):
        return dates.format_time(value, "short", locale=locale)
    day = dates.format_date(value, "full", locale=locale)
    if isinstance(value, datetime):
        return f"{day} {dates.format_time(value, 'short', tzinfo=value.tzinfo, locale=locale)}"
    return day


def _length(value: timedelta, locale: Locale) -> str:
    """All its parts, since a rounded one ("3 hours") would not be what was said."""
    from babel.units import format_unit

    seconds = int(value.total_seconds())
    parts = (
        ("day", seconds // 86400),
        ("hour", seconds % 86400 // 3600),
        ("minute", seconds % 3600 // 60),
        ("second", seconds % 60),
    )
    shown = [format_unit(count, f"duration-{unit}", locale=locale) for unit, count in parts if count]
    return " ".join(shown) or format_unit(0, "duration-second", locale=locale)
