"""Reads the settings from every place where they may stand, and tells all mistakes at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from botcore.config.faults import faults_of
from botcore.config.origins import Origins
from botcore.config.places import CONFIG_VARIABLE
from botcore.config.settings import Settings
from botcore.config.sources import (
    KEYS,
    DotenvSource,
    EnvironmentSource,
    FlagSource,
    SampleSource,
    Source,
    TomlSource,
)
from botcore.errors import ConfigurationError, Fault

HERE = Path("config/botcore.toml")
"""The bundled file repeats the defaults, key by key, so where this one is missing none is read."""


class Reading(msgspec.Struct, frozen=True):
    """What was found, mistakes or not."""

    settings: Settings | None
    """With the default in place of every wrong value; None where a whole file can't be read, since that would leave
    too much out."""
    faults: tuple[Fault, ...]


def load_settings(
    config: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings without a mistake. Arguments as for `read_settings`. Raises ConfigurationError."""
    reading = read_settings(config, overrides, environment)
    if reading.faults or reading.settings is None:
        raise ConfigurationError(reading.faults)
    return reading.settings


def read_settings(
    config: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Reading:
    """Flags go before the environment, then `.env`, then the configuration file, then the defaults.

    `overrides` are the flags: `{"web.port": 8081}`, where None means not given. The file is `config`, else
    the one that BOTCORE_CONFIG names, else `config/botcore.toml` where there is one. Relative paths count
    from the current folder.
    """
    environment = os.environ if environment is None else environment
    dotenv = DotenvSource(Path(".env"))
    named = config or _named(environment.get(CONFIG_VARIABLE) or dotenv.variables.get(CONFIG_VARIABLE))
    file = SampleSource() if named is None and not HERE.exists() else TomlSource(named or HERE)
    sources = [FlagSource(overrides or {}), EnvironmentSource(environment), dotenv, file]
    origins = Origins(source.leaves for source in sources)
    faults = [fault for source in reversed(sources) for fault in source.faults]
    settings, wrong = _checked(sources, origins)
    settings._origins = origins
    faults += [*_webhook_faults(origins), *wrong]
    return Reading(settings if all(source.readable for source in sources) else None, tuple(faults))


class _Read(Settings):
    """Settings from sources, the first that has a value going before the next."""

    def __init__(self, sources: Sequence[Source]) -> None:
        BaseSettings.__init__(self, sources=tuple(sources))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Those that it was given."""
        sources: tuple[Source, ...] = init_settings()["sources"]
        return sources


def _checked(sources: Sequence[Source], origins: Origins) -> tuple[Settings, list[Fault]]:
    try:
        return _Read(sources), []
    except ValidationError as error:
        for details in error.errors(include_url=False, include_context=False, include_input=False):
            for source in sources:
                source.drop(tuple(str(part) for part in details["loc"]))
        return _Read(sources), faults_of(error, Settings, origins)


def _named(path: str | None) -> Path | None:
    return Path(path) if path else None


def _webhook_faults(origins: Origins) -> list[Fault]:
    mode = origins.leaf(("telegram", "mode"))
    if mode is None or mode.value != "webhook":
        return []
    leaves = {name: origins.leaf(("telegram", name)) for name in ("webhook_url", "webhook_secret")}
    return [
        Fault(mode.where, f"telegram.{name}", "is required where telegram.mode is webhook")
        for name, leaf in leaves.items()
        if leaf is None or not leaf.value
    ]


__all__ = ["KEYS", "Reading", "load_settings", "read_settings"]
