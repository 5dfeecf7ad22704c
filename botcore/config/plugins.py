"""Checks `plugins.<name>.*` with each plugin's own model; mistakes look like those of botcore's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from botcore.config.faults import decode, faults_of
from botcore.config.names import nearest
from botcore.config.origins import Origins
from botcore.config.settings import Settings
from botcore.errors import ConfigurationError, Fault

MODEL = "model"
ModelT = TypeVar("ModelT", bound=BaseModel)


def validate_plugin(
    name: str, model: type[ModelT], raw: Mapping[str, Any], origins: Origins | None = None
) -> ModelT:
    """The plugin's settings. Raises ConfigurationError with all mistakes in them."""
    origins = origins or Origins()
    faults: list[Fault] = []
    table = _decoded(name, model, raw, origins, faults)
    if MODEL not in model.model_fields:
        table.pop(MODEL, None)
    try:
        config = model.model_validate(table)
    except ValidationError as error:
        faults += faults_of(error, model, origins, ("plugins", name))
        raise ConfigurationError(faults) from None
    if faults:
        raise ConfigurationError(faults)
    return config


def language_models(settings: Settings, names: Sequence[str]) -> dict[str, str]:
    """`plugins.<name>.model`, which every plugin may have: the language model that its requests are for.

    Raises ConfigurationError for what is no name.
    """
    written = {name: settings.plugins.table(name).get(MODEL, "") for name in names}
    faults = [
        Fault(
            settings.origins.where(("plugins", name, MODEL)),
            f"plugins.{name}.{MODEL}",
            "expected a model's name",
        )
        for name, model in written.items()
        if not isinstance(model, str)
    ]
    if faults:
        raise ConfigurationError(faults)
    return written


def check_plugins(
    settings: Settings, models: Mapping[str, type[BaseModel]], known: Sequence[str] = ()
) -> dict[str, BaseModel]:
    """The settings of every plugin in `models`, by name. Raises ConfigurationError with all mistakes of all of them.

    `known` are plugins that are there but not enabled: their tables may stay. A table of neither is a mistake.
    """
    configs: dict[str, BaseModel] = {}
    faults = _strangers(settings, [*models, *known])
    for name, model in models.items():
        try:
            configs[name] = validate_plugin(name, model, settings.plugins.table(name), settings.origins)
        except ConfigurationError as error:
            faults += error.faults
    if faults:
        raise ConfigurationError(faults)
    return configs


def _decoded(
    name: str, model: type[BaseModel], raw: Mapping[str, Any], origins: Origins, faults: list[Fault]
) -> dict[str, Any]:
    """Lists in the environment are JSON, and only the model knows which of its fields are lists."""
    table = dict(raw)
    for field_name, field in model.model_fields.items():
        leaf = origins.leaf(("plugins", name, field_name))
        if leaf and leaf.key == ("plugins", name, field_name):
            table[field_name], fault = decode(leaf, field.annotation)
            if fault:
                del table[field_name]
                faults.append(fault)
    return table


def _strangers(settings: Settings, names: Sequence[str]) -> list[Fault]:
    return [
        Fault(
            settings.origins.where(("plugins", name)),
            f"plugins.{name}",
            f"there is no plugin of this name{nearest(name, list(names))}",
        )
        for name in settings.plugins.tables
        if name not in names
    ]
