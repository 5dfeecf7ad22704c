"""What an entity is, and what is known of the moment at which it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

Kind = Literal[
    "number", "money", "date", "time", "datetime", "duration", "email", "phone", "url", "order", "name"
]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency. A dataclass, so that a pydantic model may have it as a field."""

    amount: Decimal
    currency: str
    """ISO 4217 code."""

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


Value = Decimal | Money | date | time | datetime | timedelta | str


class Entity(msgspec.Struct, frozen=True):
    """A value that stands in a text: `text` is exactly what the person wrote from `start` to `end`.

    An extractor never gives a value without such a place; that is why nothing can be made up.
    """

    kind: Kind
    value: Value
    """number: Decimal. money: Money. date, time, datetime (with time zone), duration (timedelta): of `datetime`. Others: text."""
    text: str
    start: int
    end: int
    normalised: str
    """ISO 8601, E.164, ISO 4217, or the plain form; the same for every way to write the value."""
    partial: bool = False
    """A part of the value was filled in: the month of "the 14th", or morning or evening of "at 8"."""


class Moment(msgspec.Struct, frozen=True):
    """When, where and in which language something is said."""

    now: datetime
    """Aware: its time zone is the person's."""
    language: str = "en"
    """ISO 639-1."""
    region: str = ""
    """ISO 3166 code for telephone numbers and dollars; empty: the language's largest."""
