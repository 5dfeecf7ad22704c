"""The places where settings may stand, as sources that pydantic-settings puts together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import structs
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from botcore.config.faults import decode, unknown
from botcore.config.names import expected, field_at, fields, section
from botcore.config.origins import Key, Leaf, overlap
from botcore.config.places import (
    Unreadable,
    from_dotenv,
    from_environment,
    from_flags,
    from_toml,
    variable_of,
)
from botcore.config.settings import Settings
from botcore.errors import Fault
from botcore.paths import bundled_root

KEYS: list[Key] = [key for key, _ in fields(Settings)]
"""Every setting but those of the plugins."""


class Source(PydanticBaseSettingsSource):
    """One place. What it can't use becomes a fault, and the rest still counts, so that all mistakes are told at once."""

    readable = True
    """Whether the place as a whole could be read."""

    def __init__(self, leaves: Iterable[Leaf], faults: Iterable[Fault] = ()) -> None:
        super().__init__(Settings)
        self.leaves: dict[Key, Leaf] = {}
        self.faults = list(faults)
        for leaf in leaves:
            value, fault = _of_plugin(leaf) if _is_plugins(leaf.key) else _of_settings(leaf)
            if fault is None:
                self.leaves[leaf.key] = structs.replace(leaf, value=value)
            elif fault not in self.faults:  # a misspelt table is told once, whatever stands in it
                self.faults.append(fault)

    def drop(self, key: Key) -> None:
        """Forget the key, what holds it, and what it holds."""
        self.leaves = {other: leaf for other, leaf in self.leaves.items() if not overlap(other, key)}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See PydanticBaseSettingsSource; lists are decoded already."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, leaf in self.leaves.items():
            inner = table
            for name in key[:-1]:
                if not isinstance(
                    inner.get(name), dict
                ):  # variables may contradict each other: the later one counts
                    inner[name] = {}
                inner = inner[name]
            inner[key[-1]] = leaf.value
        return table


class FlagSource(Source):
    """The flags of a command."""

    def __init__(self, overrides: Mapping[str, object]) -> None:
        super().__init__(from_flags(overrides))


class EnvironmentSource(Source):
    """The environment variables."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(from_environment(environment))


class DotenvSource(Source):
    """`.env`; no such file is an empty one."""

    def __init__(self, path: Path) -> None:
        self.variables: Mapping[str, str] = {}
        """All that the file sets, settings or not."""
        try:
            leaves, self.variables, faults = from_dotenv(path)
            super().__init__(leaves, faults)
        except Unreadable as error:
            self.readable = False
            super().__init__((), [error.fault])


class TomlSource(Source):
    """The configuration file."""

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(from_toml(path))
        except Unreadable as error:
            self.readable = False
            super().__init__((), [error.fault])


class SampleSource(Source):
    """In an empty folder the bot answers from the sample shop's documents; a configuration of one's own ends that."""

    def __init__(self) -> None:
        key = ("knowledge", "folder")
        here = Settings().knowledge.folder.exists()
        sample = Leaf(key, bundled_root() / "config" / "knowledge", "bundled sample")
        super().__init__([] if here else [sample])


def _is_plugins(key: Key) -> bool:
    return key[0] == "plugins" and key[1:] != ("enabled",) and len(key) > 1


def _of_plugin(leaf: Leaf) -> tuple[object, Fault | None]:
    """Only the shape can be said here; the plugin's model looks at the rest (`check_plugins`)."""
    if len(leaf.key) > 2 or leaf.value == {}:
        return leaf.value, None
    fault = unknown(leaf, [("plugins", "enabled")])
    if fault.problem.endswith(")"):
        return None, fault
    name = fault.key
    return None, structs.replace(
        fault, problem=f"a plugin's settings are a table, [{name}], not a single value"
    )


def _of_settings(leaf: Leaf) -> tuple[object, Fault | None]:
    depth = next((end for end in range(len(leaf.key), 0, -1) if field_at(Settings, leaf.key[:end])), 0)
    field = field_at(Settings, leaf.key[:depth]) if depth else None
    below = len(leaf.key) - depth
    if field is None or (section(field) and below):
        where = leaf.table if below > 1 and leaf.table else leaf.where
        return None, unknown(structs.replace(leaf, key=leaf.key[: depth + 1], where=where), KEYS)
    name = ".".join(leaf.key[:depth])
    if below:
        problem = f"{expected(field) or 'expected a single value'}, and found a table"
        return None, Fault(leaf.table or leaf.where, name, problem)
    if section(field):
        problem = f"is a group of settings: set one of them, like {_first_of(leaf)}"
        return leaf.value, None if leaf.value == {} else Fault(leaf.where, name, problem)
    return decode(leaf, field.annotation)


def _first_of(leaf: Leaf) -> str:
    key = next(key for key in KEYS if key[0] == leaf.key[0])
    return variable_of(key) if leaf.variable else ".".join(key)
