"""Turns pydantic's findings into faults that a person can mend: where, what, what was expected."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from botcore.config.masks import HIDDEN, is_secret, plain, shown
from botcore.config.names import choices, expected, expected_item, field_at, fields, nearest, takes_lists
from botcore.config.origins import Key, Leaf, Origins
from botcore.config.places import variable_of
from botcore.errors import Fault

_BY_VALUE = {"value_error", "assertion_error"}


def faults_of(
    error: ValidationError, model: type[BaseModel], origins: Origins, above: Key = ()
) -> list[Fault]:
    """`above` is the key under which the table stands that was checked."""
    return [_fault(details, model, origins, above) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, model: type[BaseModel], origins: Origins, above: Key) -> Fault:
    inner = tuple(str(part) for part in details["loc"])
    key, value = (*above, *inner), details["input"]
    leaf = origins.leaf(key)
    if details["type"] == "extra_forbidden":
        variable = leaf is not None and leaf.variable
        names = [(*above, *name) for name, _ in fields(model)]
        return unknown(Leaf(key, value, origins.where(key), variable=variable), names)
    problem = _wanted(details, model, inner, key, value)
    if details["type"] == "missing":
        place = origins.where(above) if origins.leaf(above) else "configuration"
        return Fault(place, plain(".".join(key)), f"is required: {problem}")
    if leaf and leaf.key == key and _needs_json(leaf, field_at(model, inner)):
        problem += _as_json(key)
    return Fault(origins.where(key), plain(".".join(key)), problem, shown(key, value))


def unknown(leaf: Leaf, keys: Sequence[Key]) -> Fault:
    """An unknown key. Its value is never shown: it may be a secret under a misspelt name."""
    depth = len(leaf.key)
    if leaf.variable:
        hint = nearest(variable_of(leaf.key), [variable_of(key) for key in keys])
    else:
        beside = {key[depth - 1] for key in keys if len(key) >= depth and key[: depth - 1] == leaf.key[:-1]}
        hint = nearest(leaf.key[-1], sorted(beside)) or nearest(
            ".".join(leaf.key), [".".join(key) for key in keys]
        )
    return Fault(leaf.where, plain(".".join(leaf.key)), f"there is no such setting{hint}")


def decode(leaf: Leaf, annotation: object) -> tuple[object, Fault | None]:
    """The value of a leaf, with lists and tables read from the JSON of a variable."""
    if not (leaf.variable and isinstance(leaf.value, str) and takes_lists(annotation)):
        return leaf.value, None
    try:
        return json.loads(leaf.value), None
    except (ValueError, RecursionError):
        problem = f"expected a list{_as_json(leaf.key)}"
        return None, Fault(leaf.where, ".".join(leaf.key), problem, shown(leaf.key, leaf.value))


def _as_json(key: Key) -> str:
    return f""" as JSON, like {variable_of(key)}='["one", "two"]'"""


def _needs_json(leaf: Leaf, field: FieldInfo | None) -> bool:
    return leaf.variable and field is not None and takes_lists(field.annotation)


def _wanted(details: ErrorDetails, model: type[BaseModel], inner: Key, key: Key, value: object) -> str:
    """In our words where the field is known, else in pydantic's."""
    field = field_at(model, inner)
    if details["type"] in _BY_VALUE:
        said = str(details.get("ctx", {}).get("error", details["msg"]))
    else:
        said = (expected(field) if field else expected_item(field_at(model, inner[:-1]))) or details["msg"]
    if any(is_secret(part) for part in key):
        return plain(said.replace(value, HIDDEN) if isinstance(value, str) and value else said)
    return plain(said + (nearest(str(value), choices(field)) if field else ""))
