"""All entities of a text at once, so that no digit counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from botcore.forms.entities.amounts import find_durations, find_money, find_numbers
from botcore.forms.entities.base import Entity, Kind, Moment, Value
from botcore.forms.entities.clock import Clock, find_distances, find_times
from botcore.forms.entities.contacts import find_emails, find_orders, find_phones, find_urls
from botcore.forms.entities.dates import Day, find_dates
from botcore.forms.entities.lexicon import lexicon
from botcore.forms.entities.rules import Found, Scene
from botcore.forms.entities.tokens import tokenise

MAX_CHARACTERS = 2000
"""Entities further back in a text are not looked for."""
_PAIRED = 20
"""Dates of one text that are joined with their times."""
_NEAR = 16
"""Characters between a date and a time that belong together."""


def extract(text: str, moment: Moment, *, order_patterns: Sequence[str] = ()) -> list[Entity]:
    """What the text holds, from left to right. A number that is part of a date, an amount or an address is only that.

    Entities of different kinds may share a place: "3 days" is a duration and, with "in" before it, part of a date.
    """
    text = text[:MAX_CHARACTERS]
    literal = [
        *find_urls(text),
        *find_emails(text),
        *find_phones(text, moment.language, moment.region),
        *find_orders(text, order_patterns),
    ]
    covered = _blanked(text, literal)
    words = lexicon(moment.language)
    scene = Scene(text, tokenise(covered, words), words, moment)
    found = literal + list(_spoken(scene))
    return sorted(found, key=lambda entity: (entity.start, -entity.end))


def _blanked(text: str, taken: Iterable[Entity]) -> str:
    """Spaces where an address stands, so that its digits are no numbers."""
    characters = list(text)
    for entity in taken:
        characters[entity.start : entity.end] = " " * (entity.end - entity.start)
    return "".join(characters)


def _spoken(scene: Scene) -> Iterator[Entity]:
    dates = find_dates(scene)
    times = [clock for clock in find_times(scene) if not any(_is_cut_from(clock, day) for day in dates)]
    soon = find_distances(scene)
    money = find_money(scene)
    durations = [length for length in find_durations(scene) if not _is_part_of(length, times)]
    taken = [(one.start, one.end) for group in (dates, times, money, durations, soon) for one in group]
    for amount in money:
        yield _entity(scene, amount, "money", str(amount.value))
    for length in durations:
        yield _entity(scene, length, "duration", iso_duration(length.value))
    for day in dates:
        yield _entity(scene, _of(day, day.value.date), "date", day.value.date.isoformat(), day.value.partial)
    for clock in times:
        time = clock.value.time
        yield _entity(scene, _of(clock, time), "time", time.isoformat("minutes"), clock.value.partial)
    for later in soon:
        yield _entity(scene, later, "datetime", later.value.isoformat())
        yield _entity(scene, _of(later, later.value.time()), "time", later.value.strftime("%H:%M"))
    yield from _together(scene, dates, times)
    for number in find_numbers(scene):
        if not any(start < number.end and number.start < end for start, end in taken):
            yield _entity(scene, number, "number", format(number.value.normalize(), "f"))


def _of(found: Found[Any], value: Value) -> Found[Value]:
    return Found(value, found.start, found.end)


def _entity(scene: Scene, found: Found[Any], kind: Kind, normalised: str, partial: bool = False) -> Entity:
    said = scene.text[found.start : found.end]
    return Entity(kind, found.value, said, found.start, found.end, normalised, partial)


def _together(scene: Scene, dates: Sequence[Found[Day]], times: Sequence[Found[Clock]]) -> Iterator[Entity]:
    """A date and the time that stands beside it."""
    dates, times = dates[:_PAIRED], times[:_PAIRED]
    for day in dates:
        clock = min(times, key=lambda clock: _gap(day, clock), default=None)
        if clock and (_gap(day, clock) <= _NEAR or len(dates) == len(times) == 1):
            start, end = min(day.start, clock.start), max(day.end, clock.end)
            value = datetime.combine(day.value.date, clock.value.time, scene.moment.now.tzinfo)
            yield Entity(
                "datetime", value, scene.text[start:end], start, end, value.isoformat(), clock.value.partial
            )


def _is_cut_from(clock: Found[Clock], day: Found[Day]) -> bool:
    """ "by 14" in "by 14 March"."""
    return clock.start < day.start < clock.end < day.end


def _is_part_of(length: Found[timedelta], times: Sequence[Found[Clock]]) -> bool:
    """ "8 heures" in "8 heures du soir"."""
    return any(
        clock.start <= length.start
        and length.end <= clock.end
        and clock.end - clock.start > length.end - length.start
        for clock in times
    )


def _gap(day: Found[Day], clock: Found[Clock]) -> int:
    return max(clock.start - day.end, day.start - clock.end, 0)


def iso_duration(length: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds below a day, else with days: `PT1H30M`, `P14D`."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    clock = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (rest // 60, "M"), (rest % 60, "S")) if count
    )
    return (
        "P"
        + (f"{days}D" if days else "")
        + (f"T{clock}" if clock or not days else "")
        + ("0S" if not seconds else "")
    )
