"""What `botcore config show` prints: every setting, its value, and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from botcore.config.masks import plain, shown
from botcore.config.origins import Key
from botcore.config.settings import Settings


def render_settings(settings: Settings) -> str:
    """One line a setting, aligned; secrets are hidden."""
    lines = [
        (plain(".".join(key)), shown(key, value), settings.origins.where(key))
        for key, value in _values(settings)
    ]
    names = max(len(name) for name, _, _ in lines)
    values = min(60, max(len(value) for _, value, _ in lines))
    return "\n".join(f"{name:<{names}} = {value:<{values}}  # {where}" for name, value, where in lines)


def _values(table: BaseModel | Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in table.items() if isinstance(table, Mapping) else table:
        if isinstance(value, BaseModel | Mapping) and value:
            yield from _values(value, (*above, name))
        else:
            yield (*above, name), str(value) if isinstance(value, Path) else value
