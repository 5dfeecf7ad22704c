"""Which keys there are, what each expects, and which one a person may have meant."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from botcore.config.origins import Key

_WORDS: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    SecretStr: "a text",
    Path: "a path",
}


def fields(model: type[BaseModel], above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    """Every single value of the model, with its full key; tables are gone into."""
    for name, field in model.model_fields.items():
        inner = section(field)
        if inner:
            yield from fields(inner, (*above, name))
        else:
            yield (*above, name), field


def section(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a table of its own."""
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def field_at(model: type[BaseModel], key: Key) -> FieldInfo | None:
    """The field of that key; None where there is none."""
    inner: type[BaseModel] | None = model
    field = None
    for name in key:
        field = inner.model_fields.get(name) if inner else None
        if field is None:
            return None
        inner = section(field)
    return field


def nearest(name: str, names: list[str]) -> str:
    """` (did you mean x?)`, or nothing where no name is near."""
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def takes_lists(annotation: object) -> bool:
    """Whether a value of this type is written as JSON in the environment."""
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return any(takes_lists(part) for part in get_args(annotation))
    kind = origin or annotation
    return isinstance(kind, type) and issubclass(kind, list | tuple | set | frozenset | dict | BaseModel)


def expected(field: FieldInfo) -> str:
    """What the field wants, in plain words; empty where its type has no words here."""
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return f"expected {' or '.join(str(choice) for choice in get_args(annotation))}"
    kind = get_origin(annotation) or annotation
    if kind in {list, tuple, set, frozenset}:
        return 'expected a list, like ["one", "two"]'
    if kind is dict or section(field):
        return "expected a table"
    words = _WORDS.get(kind, "")
    return f"expected {words}{_bounds(field)}" if words else ""


def expected_item(field: FieldInfo | None) -> str:
    """What each item of a list should be; empty where the field is no list, or its items have no words here."""
    if field is None or get_origin(field.annotation) is not list:
        return ""
    (item,) = get_args(field.annotation)
    return expected(FieldInfo.from_annotation(item))


def choices(field: FieldInfo) -> list[str]:
    """The values of a field that allows only some."""
    return (
        [str(choice) for choice in get_args(field.annotation)]
        if get_origin(field.annotation) is Literal
        else []
    )


def _bounds(field: FieldInfo) -> str:
    limits: dict[str, Any] = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length")
        if getattr(limit, name, None) is not None
    }
    said = {
        "ge": "at least {}",
        "gt": "more than {}",
        "le": "at most {}",
        "lt": "less than {}",
        "min_length": "at least {} long",
        "max_length": "at most {} long",
    }
    parts = [words.format(limits[name]) for name, words in said.items() if name in limits]
    return ", " + " and ".join(parts) if parts else ""
