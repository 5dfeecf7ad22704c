"""The slots of a form, read off the pydantic model that describes it."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from botcore.errors import PluginError
from botcore.forms.entities.base import Kind, Money

SlotKind = Kind | Literal["text", "choice", "yes_no"]


class Holds(msgspec.Struct, frozen=True):
    """Marks a `str` field as one that takes a certain kind of entity only."""

    kind: SlotKind
    patterns: tuple[str, ...] = ()
    """For order numbers: the regular expressions that they match."""


Email = Annotated[str, Holds("email")]
Phone = Annotated[str, Holds("phone")]
Url = Annotated[str, Holds("url")]
OrderNumber = Annotated[str, Holds("order")]


class Slot(msgspec.Struct, frozen=True):
    """One value that a form needs."""

    name: str
    kind: SlotKind
    required: bool
    """A field with a default is not asked for, and taken where the person says it."""
    description: str = ""
    """The field's: how it is asked for where the plugin's texts don't say."""
    choices: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


_KINDS: Mapping[Any, SlotKind] = {
    int: "number",
    float: "number",
    Decimal: "number",
    Money: "money",
    date: "date",
    time: "time",
    datetime: "datetime",
    timedelta: "duration",
    bool: "yes_no",
    str: "text",
}


def slots_of(form_type: type[BaseModel]) -> Sequence[Slot]:
    """In the order of the fields, which is the order of the questions. Raises PluginError for a type that no
    slot can have."""
    fields: Mapping[str, FieldInfo] = getattr(form_type, "model_fields", {})
    if not fields:
        raise PluginError(f"form {form_type!r}: expected a pydantic model with at least one field")
    return [_slot(form_type.__name__, name, field) for name, field in fields.items()]


def _slot(form: str, name: str, field: FieldInfo) -> Slot:
    kind, choices, patterns = _kind(field.annotation, field.metadata)
    if kind is None:
        known = ", ".join(sorted(one.__name__ for one in _KINDS))
        raise PluginError(
            f"form {form}: the field {name!r} has the type {field.annotation}, which can't be asked for; "
            f"use one of {known}, a Literal, an Enum of texts, Email, Phone, Url or OrderNumber"
        )
    return Slot(name, kind, field.is_required(), field.description or "", choices, patterns)


def _kind(
    annotation: Any, metadata: Sequence[Any] = ()
) -> tuple[SlotKind | None, tuple[str, ...], tuple[str, ...]]:
    for mark in metadata:
        if isinstance(mark, Holds):
            return mark.kind, (), mark.patterns
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _kind(inner, marks)
    if get_origin(annotation) in {Union, types.UnionType}:
        inner = [one for one in get_args(annotation) if one is not type(None)]
        return _kind(inner[0]) if len(inner) == 1 else (None, (), ())
    choices = _choices(annotation)
    if choices:
        return "choice", choices, ()
    return _KINDS.get(annotation), (), ()


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        values = get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        values = tuple(member.value for member in annotation)
    else:
        return ()
    return tuple(values) if all(isinstance(value, str) for value in values) else ()
