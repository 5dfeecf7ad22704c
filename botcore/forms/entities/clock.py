"""Times of day."""

from __future__ import annotations

import re
from datetime import time

import msgspec

from botcore.forms.entities.rules import Bound, Found, Rule, Scene, find


class Clock(msgspec.Struct, frozen=True):
    """A time of day; `partial` where morning or evening was not said."""

    time: time
    partial: bool = False


def find_times(scene: Scene) -> list[Found[Clock]]:
    return list(find(scene, RULES))


def _literal(bound: Bound, _scene: Scene) -> Clock | None:
    hour, minute = (int(part) for part in re.findall(r"\d+", bound["hours"].text)[:2])
    return _clock(hour, minute, bound)


def _hour(bound: Bound, _scene: Scene) -> Clock | None:
    number = bound["number"].number
    if number is None or number != int(number):
        return None
    return _clock(int(number), _minutes(bound), bound)


def _minutes(bound: Bound) -> int:
    """Minutes after the full hour; negative ones are before it."""
    said = bound["minute"].number if "minute" in bound else None
    if said is not None:
        return int(said) if said == int(said) and len(bound["minute"].text) <= 3 else 99
    fixed = {
        "half_past": 30,
        "half_after": 30,
        "half_to": -30,
        "quarter_past": 15,
        "quarter_after": 15,
        "three_quarters_after": 45,
        "quarter_to": -15,
        "quarter_less": -15,
    }
    return next((minutes for tag, minutes in fixed.items() if tag in bound), 0)


def _named(bound: Bound, _scene: Scene) -> Clock | None:
    return Clock(time.fromisoformat(bound["clock"].tags["clock"]))


def _clock(hour: int, minute: int, bound: Bound) -> Clock | None:
    """None where there is no such time. 24:00 is midnight."""
    if not (0 <= hour <= 24 and -59 < minute < 60) or (hour == 24 and minute):
        return None
    part = next((bound[name].tags for name in ("part", "before") if name in bound), None)
    said = part["part"] if part else ""
    if said and hour > 12 and said == "am":
        return None
    if said == "pm" and hour < 12:
        hour += 12
    elif said == "am" and hour == 12:
        hour = 0
    total = (hour * 60 + minute) % (24 * 60)
    return Clock(time(total // 60, total % 60), partial=not said and 1 <= hour <= 12)


RULES: list[Rule[Clock]] = [
    Rule("before=part? at? hours oclock? part?", _literal),
    Rule("number part", _hour),
    Rule("before=part? at number part?", _hour),
    Rule("at? number half_after part?", _hour),
    Rule("at? number quarter_after part?", _hour),
    Rule("at? number quarter_less part?", _hour),
    Rule("before=part? at? number oclock part?", _hour),
    Rule("before=part? at? number oclock minute=number minute_of?", _hour),
    Rule("before=part? at? number oclock half_after part?", _hour),
    Rule("before=part? at? number oclock quarter_after part?", _hour),
    Rule("before=part? number oclock three_quarters_after", _hour),
    Rule("at? half_past number part?", _hour),
    Rule("at? half_to number part?", _hour),
    Rule("at? quarter_past number part?", _hour),
    Rule("at? quarter_to number part?", _hour),
    Rule("at? number other=day part", _hour),
    Rule("at? half_past number other=day part", _hour),
    Rule("clock", _named),
]
