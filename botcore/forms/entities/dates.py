"""Dates, written or relative to today."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

import msgspec

from botcore.forms.entities.rules import Bound, Found, Rule, Scene, find
from botcore.forms.entities.tokens import Token


class Day(msgspec.Struct, frozen=True):
    """A date; `partial` where only the day of the month was said."""

    date: date
    partial: bool = False


def find_dates(scene: Scene) -> list[Found[Day]]:
    return list(find(scene, RULES))


def day_of_month(day: int, today: date) -> date | None:
    """The next such day, today included."""
    month = today.replace(day=1)
    for _ in range(3):
        if day <= calendar.monthrange(month.year, month.month)[1] and day >= 1:
            found = month.replace(day=day)
            if found >= today:
                return found
        month = add_months(month, 1)
    return None


def add_months(start: date, months: int) -> date:
    """The same day, or the month's last where it has no such day. Raises ValueError or OverflowError past year 9999."""
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _int(token: Token) -> int:
    return int(token.number) if token.number is not None and token.number == int(token.number) else -1


def _today(scene: Scene) -> date:
    return scene.moment.now.date()


def _make(year: int | None, month: int, day: int, scene: Scene) -> Day | None:
    """Without a year the next such day."""
    today = _today(scene)
    for candidate in (
        [year] if year is not None else [today.year, today.year + 1, *range(today.year + 2, today.year + 9)]
    ):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year is not None or found >= today:
            return Day(found)
    return None


def _iso(bound: Bound, scene: Scene) -> Day | None:
    year, month, day = (int(part) for part in re.findall(r"\d+", bound["iso"].text))
    return _make(year, month, day, scene)


def _written(bound: Bound, scene: Scene) -> Day | None:
    text = bound["written"].text
    first, second, *rest = (int(part) for part in re.findall(r"\d+", text))
    year = (rest[0] + 2000 if rest[0] < 100 else rest[0]) if rest else None
    month_first = scene.words.month_first and "." not in text
    orders = [(first, second), (second, first)] if month_first else [(second, first), (first, second)]
    return next((day for order in orders if (day := _make(year, *order, scene))), None)


def _relative(bound: Bound, scene: Scene) -> Day:
    return Day(_today(scene) + timedelta(days=int(bound["day"].tags["day"])))


def _weekday(bound: Bound, scene: Scene) -> Day:
    today = _today(scene)
    wanted = int(bound["weekday"].tags["weekday"])
    nearest = today + timedelta(days=(wanted - today.weekday()) % 7)
    monday = today - timedelta(days=today.weekday())
    if "next" in bound:
        if "unit" in bound or scene.words.next_is_following:
            return Day(monday + timedelta(days=7 + wanted))
        return Day(nearest if nearest > today else nearest + timedelta(days=7))
    if "this" in bound:
        return Day(monday + timedelta(days=wanted))
    return Day(nearest)


def _weekday_of_week(bound: Bound, scene: Scene) -> Day | None:
    return _weekday(bound, scene) if bound["unit"].tags["unit"] == "week" else None


def _month_and_day(bound: Bound, scene: Scene) -> Day | None:
    between = scene.text[bound["number"].end : bound["month"].start]
    if between.strip().casefold() == "on":
        return None  # "a table for 3 on March 8th"
    year = _int(bound["year"]) if "year" in bound else None
    return _make(year, int(bound["month"].tags["month"]), _int(bound["number"]), scene)


def _numbered_month(bound: Bound, scene: Scene) -> Day | None:
    if "unit" in bound and bound["unit"].tags["unit"] != "year":
        return None
    year = _int(bound["year"]) if "year" in bound else None
    return _make(year, _int(bound["month"]), _int(bound["number"]), scene)


def _next_month(bound: Bound, scene: Scene) -> Day | None:
    start = add_months(_today(scene).replace(day=1), 1 if "next" in bound else 0)
    return _make(start.year, start.month, _int(bound["number"]), scene)


def _day_only(bound: Bound, scene: Scene) -> Day | None:
    if bound["number"].text[0].isalpha() and not {"filler", "weekday"} & bound.keys():
        return None  # "First name"
    found = day_of_month(_int(bound["number"]), _today(scene))
    return Day(found, partial=True) if found else None


def _distance(bound: Bound, scene: Scene) -> Day | None:
    unit = bound["unit"].tags["unit"]
    count = _int(bound["number"]) if bound["number"].number is not None else 1
    if unit not in {"day", "week", "month", "year"} or count < 0:
        return None
    count = -count if "ago" in bound else count
    try:
        if unit in {"day", "week"}:
            return Day(_today(scene) + timedelta(days=count * (7 if unit == "week" else 1)))
        return Day(add_months(_today(scene), count * (12 if unit == "year" else 1)))
    except (ValueError, OverflowError):
        return None


RULES: list[Rule[Day]] = [
    Rule("iso", _iso),
    Rule("weekday? filler? filler? written", _written),
    Rule("day", _relative),
    Rule("filler? weekday", _weekday),
    Rule("filler? next filler? weekday", _weekday),
    Rule("this filler? weekday", _weekday),
    Rule("filler? weekday next", _weekday),
    Rule("filler? weekday filler? next unit", _weekday_of_week),
    Rule("next unit filler? weekday", _weekday_of_week),
    Rule(
        "weekday? filler? filler? number=ordinal|number filler? month filler? filler? year?", _month_and_day
    ),
    Rule("weekday? filler? filler? month filler? number=ordinal|number filler? year?", _month_and_day),
    Rule("year unit month=number month_of number day_of?", _numbered_month),
    Rule("month=number month_of number day_of", _numbered_month),
    Rule("next month_of filler? number day_of", _next_month),
    Rule("this month_of filler? number day_of", _next_month),
    Rule("number day_of", _day_only),
    Rule("filler? weekday? filler? filler? number=ordinal", _day_only),
    Rule("weekday? day_before number", _day_only),
    Rule("in number=number|one filler? unit", _distance),
    Rule("number=number|one unit later", _distance),
    Rule("number=number|one unit ago", _distance),
    Rule("ago number=number|one unit", _distance),
]
