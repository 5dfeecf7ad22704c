"""Reads the settings from every place where they may stand, and tells all mistakes at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import structs
from pydantic import ValidationError

from botcore.config.faults import decode, faults_of, unknown
from botcore.config.names import expected, field_at, fields, section
from botcore.config.origins import Key, Leaf, Origins
from botcore.config.places import (
    CONFIG_VARIABLE,
    Unreadable,
    from_dotenv,
    from_environment,
    from_flags,
    from_toml,
    variable_of,
)
from botcore.config.settings import Settings
from botcore.errors import ConfigurationError, Fault
from botcore.paths import bundled_root

HERE = Path("config/botcore.toml")
"""The bundled file repeats the defaults, key by key, so where this one is missing none is read."""
KEYS: list[Key] = [key for key, _ in fields(Settings)]
"""Every setting but those of the plugins."""


def load_settings(
    config: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Flags go before the environment, then `.env`, then the configuration file, then the defaults.

    `overrides` are the flags: `{"web.port": 8081}`, where None means not given. The file is `config`, else
    the one that BOTCORE_CONFIG names, else `config/botcore.toml` where there is one. Relative paths count
    from the current folder. Raises ConfigurationError.
    """
    environment = os.environ if environment is None else environment
    faults: list[Fault] = []
    in_dotenv, variables = _dotenv(faults)
    named = config or _named(environment.get(CONFIG_VARIABLE) or variables.get(CONFIG_VARIABLE))
    leaves = [*_file(named, faults), *in_dotenv, *from_environment(environment), *from_flags(overrides or {})]
    table, origins = _merge(_known(leaves, faults))
    faults += _webhook_faults(table.get("telegram", {}), origins)
    if named is None and not HERE.exists():
        _use_bundled_knowledge(table)
    return _checked(table, origins, faults)


def _checked(table: dict[str, Any], origins: Origins, faults: list[Fault]) -> Settings:
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise ConfigurationError([*faults, *faults_of(error, Settings, table, origins)]) from None
    if faults:
        raise ConfigurationError(faults)
    settings._origins = origins
    return settings


def _named(path: str | None) -> Path | None:
    return Path(path) if path else None


def _dotenv(faults: list[Fault]) -> tuple[list[Leaf], dict[str, str]]:
    try:
        leaves, variables, mistakes = from_dotenv(Path(".env"))
    except Unreadable as error:
        faults.append(error.fault)
        return [], {}
    faults += mistakes
    return leaves, variables


def _file(named: Path | None, faults: list[Fault]) -> list[Leaf]:
    if named is None and not HERE.exists():
        return []
    try:
        return from_toml(named or HERE)
    except Unreadable as error:
        faults.append(error.fault)
        return []


def _known(leaves: Iterable[Leaf], faults: list[Fault]) -> list[Leaf]:
    """The leaves whose keys exist, with their values decoded; the others become faults, one for each wrong name."""
    known: list[Leaf] = []
    for leaf in leaves:
        value, fault = _of_plugin(leaf) if _is_plugins(leaf.key) else _of_settings(leaf)
        if fault is None:
            known.append(structs.replace(leaf, value=value))
        elif fault not in faults:
            faults.append(fault)
    return known


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


def _merge(leaves: Iterable[Leaf]) -> tuple[dict[str, Any], Origins]:
    """One table; later leaves replace earlier ones, and what they hold or are held by."""
    kept: dict[Key, Leaf] = {}
    for leaf in leaves:
        for other in [key for key in kept if key[: len(leaf.key)] == leaf.key or leaf.key[: len(key)] == key]:
            del kept[other]
        kept[leaf.key] = leaf
    table: dict[str, Any] = {}
    for key, leaf in kept.items():
        inner = table
        for name in key[:-1]:
            inner = inner.setdefault(name, {})
        inner[key[-1]] = leaf.value
    return table, Origins(kept)


def _webhook_faults(telegram: Mapping[str, object], origins: Origins) -> list[Fault]:
    if telegram.get("mode") != "webhook":
        return []
    where = origins.where(("telegram", "mode"))
    return [
        Fault(where, f"telegram.{name}", "is required where telegram.mode is webhook")
        for name in ("webhook_url", "webhook_secret")
        if not telegram.get(name)
    ]


def _use_bundled_knowledge(table: dict[str, Any]) -> None:
    """In an empty folder the bot answers from the sample shop's documents; a configuration of one's own ends that."""
    knowledge = table.setdefault("knowledge", {})
    if "folder" not in knowledge and not Settings().knowledge.folder.exists():
        knowledge["folder"] = bundled_root() / "config" / "knowledge"
