"""Checks values against the form's model: one slot for itself while it is filled, the whole at the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import msgspec
from pydantic import BaseModel, ValidationError

from botcore.forms.entities import Entity, Money


class Problem(msgspec.Struct, frozen=True):
    """Why a value can't be taken."""

    reason: str
    """pydantic's name of the error, or the sentence that the model's own check raised."""
    details: Mapping[str, str] = {}


def stored(entity: Entity) -> Any:
    """The value as plain data that the model reads back."""
    if isinstance(entity.value, Money):
        return {"amount": str(entity.value.amount), "currency": entity.value.currency}
    return entity.normalised


def candidates(entity: Entity, before: Any) -> list[Any]:
    """What the person may have meant, the likeliest first.

    A day of the month said against an earlier date means that month; an hour without morning or evening may be
    twelve hours later.
    """
    value = entity.value
    if entity.partial and type(value) is date and isinstance(before, str):
        return [*_same_month(value.day, before), stored(entity)]
    if entity.partial and isinstance(value, time):
        later = value.replace(hour=(value.hour + 12) % 24)
        return [stored(entity), later.isoformat("minutes")]
    if entity.partial and isinstance(value, datetime):
        return [stored(entity), value.replace(hour=(value.hour + 12) % 24).isoformat()]
    return [stored(entity)]


def _same_month(day: int, before: str) -> list[str]:
    try:
        return [date.fromisoformat(before).replace(day=day).isoformat()]
    except ValueError:
        return []


def problem_of(model: type[BaseModel], slot: str, values: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the value of this slot, whatever is missing beside it."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        return next((_problem(one) for one in error.errors() if one["loc"][:1] == (slot,)), None)
    return None


def whole(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel | Problem:
    """The filled form, or what is wrong with the values together."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return _problem(error.errors()[0])


def _problem(error: Any) -> Problem:
    context = error.get("ctx", {})
    if error["type"] in {"value_error", "assertion_error"}:
        return Problem(str(context.get("error", error["msg"])))
    details = {name: str(value) for name, value in context.items()}
    return Problem(error["type"], details | {"limit": next(iter(details.values()), "")})
