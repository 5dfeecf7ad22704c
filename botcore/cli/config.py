"""`botcore config`: look at the settings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cyclopts import App

from botcore.cli.common import Place, out
from botcore.config import Settings, add_own_examples, check_plugins, read_settings, render_settings
from botcore.errors import ConfigurationError, Fault
from botcore.loader import LoadedPlugin, available_plugins, load_plugins
from botcore.paths import plugin_folders

config_app = App(name="config")


@config_app.command
def check(*, place: Place | None = None) -> None:
    """Check every setting, and name all mistakes at once.

    The settings of the plugins and the examples in intents.examples_file are checked too. Exit code 2 where something
    is wrong.
    """
    place = place or Place()
    reading = read_settings(place.config, {"data_dir": place.data_dir})
    faults = [*reading.faults, *(_faults_of_plugins(reading.settings) if reading.settings else [])]
    if faults:
        raise ConfigurationError(faults)
    out.print("The configuration is good.")


@config_app.command
def show(*, place: Place | None = None) -> None:
    """Print every setting, its value (secrets are hidden), and where it was set."""
    out.print(render_settings((place or Place()).settings()), markup=False)


def _faults_of_plugins(settings: Settings) -> list[Fault]:
    folders = plugin_folders()
    loaded, faults = _load(settings.plugins.enabled, folders)
    complete = not faults
    models = {one.plugin.name: one.plugin.config for one in loaded}
    try:
        check_plugins(settings, models, [*available_plugins(folders), *settings.plugins.enabled])
    except ConfigurationError as error:
        faults += error.faults
    if complete:  # without a plugin, its intents would seem to be misspelt
        try:
            add_own_examples(settings, {}, [name for one in loaded for name in one.plugin.intents])
        except ConfigurationError as error:
            faults += error.faults
    return faults


def _load(names: Sequence[str], folders: Sequence[Path]) -> tuple[list[LoadedPlugin], list[Fault]]:
    """Those that can be loaded, and what is wrong with the others."""
    try:
        return load_plugins(names, folders), []
    except ConfigurationError as error:
        loaded: list[LoadedPlugin] = []
        for name in names:
            with suppress(ConfigurationError):
                loaded += load_plugins([name], folders)
        return loaded, list(error.faults)
