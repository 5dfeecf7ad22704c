"""Numbers, amounts of money and lengths of time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from botcore.forms.entities.base import Money
from botcore.forms.entities.rules import Bound, Found, Rule, Scene, find
from botcore.forms.entities.tokens import Token

_LONGEST = 100 * 366 * 86400
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}


def find_numbers(scene: Scene) -> list[Found[Decimal]]:
    return list(find(scene, [Rule("number", lambda bound, _: bound["number"].number)]))


def find_money(scene: Scene) -> list[Found[Money]]:
    return list(find(scene, _MONEY))


def find_durations(scene: Scene) -> list[Found[timedelta]]:
    """Parts that follow each other ("2 hours 30 minutes") are added up."""
    joined: list[Found[timedelta]] = []
    for found in find(scene, _DURATIONS):
        last = joined[-1] if joined else None
        if last and not scene.text[last.end : found.start].strip():
            joined[-1] = Found(last.value + found.value, last.start, found.end)
        else:
            joined.append(found)
    return joined


def _money(bound: Bound, scene: Scene) -> Money | None:
    amount = bound["number"].number
    if amount is None:
        return None
    if "cents" in bound:
        tenths = bound["cents"]
        if scene.words.language != "zh" or len(tenths.text) != 1 or tenths.number is None:
            return None
        amount += tenths.number / 10
    return Money(amount, _currency(bound["currency"], scene))


def _currency(token: Token, scene: Scene) -> str:
    code = token.tags["currency"]
    if token.text != "$" or not scene.moment.region:
        return code
    from babel.numbers import get_currency_symbol, get_territory_currencies

    local = get_territory_currencies(scene.moment.region)
    shows_dollar = local and get_currency_symbol(local[0], f"en_{scene.moment.region}") == "$"
    return str(local[0]) if shows_dollar else code


def _duration(bound: Bound, _scene: Scene) -> timedelta | None:
    seconds = _SECONDS.get(bound["unit"].tags["unit"])
    if seconds is None:
        return None
    number = bound["number"].number if "number" in bound else None
    count = number if number is not None else Decimal("number" in bound)
    count += Decimal("0.5") if "half" in bound else 0
    length = count * seconds
    return timedelta(seconds=float(length)) if length <= _LONGEST else None


_MONEY: list[Rule[Money]] = [
    Rule("number currency", _money),
    Rule("currency number", _money),
    Rule("number currency cents=number", _money),
]
_DURATIONS: list[Rule[timedelta]] = [
    Rule("number=number|one unit", _duration),
    Rule("half unit", _duration),
    Rule("number filler? one? half unit", _duration),
]
