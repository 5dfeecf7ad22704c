"""Times of day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import msgspec

from botcore.forms.entities.rules import Bound, Found, Rule, Scene, find
from botcore.forms.entities.tokens import Token

_NO_MINUTE = 99
_MEASURES = frozenset("个個位人名张張间間份")


class Clock(msgspec.Struct, frozen=True):
    """A time of day; `partial` where morning or evening was not said."""

    time: time
    partial: bool = False


def find_times(scene: Scene) -> list[Found[Clock]]:
    return list(find(scene, RULES))


def find_distances(scene: Scene) -> list[Found[datetime]]:
    """ "In two hours", from now, to the minute."""
    return list(find(scene, SOON))


def _soon(bound: Bound, scene: Scene) -> datetime | None:
    minutes = {"hour": 60, "minute": 1}.get(bound["unit"].tags["unit"])
    number = bound["number"].number if "number" in bound else None
    count = number if number is not None else Decimal("number" in bound)
    count += Decimal("0.5") if "half" in bound else 0
    if minutes is None or count > 10_000:
        return None
    # Counted in UTC, so that two hours are two hours in the night when clocks change.
    later = scene.moment.now.astimezone(UTC) + timedelta(minutes=float(count * minutes))
    return later.astimezone(scene.moment.now.tzinfo).replace(second=0, microsecond=0)


def _literal(bound: Bound, _scene: Scene) -> Clock | None:
    hour, minute = (int(part) for part in re.findall(r"\d+", bound["hours"].text)[:2])
    return _clock(hour, minute, bound)


def _hour(bound: Bound, scene: Scene) -> Clock | None:
    number = bound["number"].number
    if number is None or number != int(number):
        return None
    if "part" in bound and re.fullmatch(r"\d{3,4}", bound["number"].text):  # 0730pm
        return _clock(int(number) // 100, int(number) % 100, bound)
    return _clock(int(number), _minutes(bound, scene), bound)


def _minutes(bound: Bound, scene: Scene) -> int:
    """Minutes after the full hour; negative ones are before it."""
    if "minute" in bound:
        return _said_minutes(bound["minute"], "minute_of" in bound, scene)
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


def _said_minutes(token: Token, sure: bool, scene: Scene) -> int:
    """_NO_MINUTE where the number counts something else: the three people of 八点三个人."""
    number = token.number
    if number is None or number != int(number) or len(token.text) > 3:
        return _NO_MINUTE
    counts_something = scene.text[token.end : token.end + 1] in _MEASURES
    two_digits = number >= 10 or token.text[0] in "0零〇"
    return int(number) if sure or (two_digits and not counts_something) else _NO_MINUTE


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


SOON: list[Rule[datetime]] = [
    Rule("in number=number|one filler? unit", _soon),
    Rule("in half unit", _soon),
    Rule("in number=number|one filler? one? half unit", _soon),
    Rule("number=number|one unit later", _soon),
    Rule("half unit later", _soon),
]
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
