"""Finds the enabled plugins, imports them, and refuses what can't work together: all mistakes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import msgspec

from botcore.errors import ConfigurationError, Fault, PluginError
from botcore.i18n.texts import Catalog, load_catalog
from botcore.loader.entry_points import load_entry_point, names_of_entry_points
from botcore.loader.folders import FILE, load_folder, names_in
from botcore.loader.importing import Refused
from botcore.plugin import Plugin


class LoadedPlugin(msgspec.Struct, frozen=True):
    """A plugin, ready to be asked."""

    plugin: Plugin
    folder: Path | None
    """Where its locales and data lie; None where an entry point's plugin has no handler yet."""
    catalog: Catalog


def load_plugins(enabled: Sequence[str], plugin_folders: Sequence[Path]) -> list[LoadedPlugin]:
    """The plugins in the order of `enabled`.

    A name is a folder in the first of `plugin_folders` that has it, else an entry point of the group
    `botcore.plugins`. Raises ConfigurationError.
    """
    loaded: list[LoadedPlugin] = []
    faults: list[Fault] = []
    for name in dict.fromkeys(enabled):
        try:
            loaded.append(_load(name, plugin_folders))
        except Refused as error:
            faults.append(error.fault)
    plugins = [each.plugin for each in loaded]
    faults += _claimed_twice("command", plugins, lambda plugin: plugin.commands)
    faults += _claimed_twice("intent", plugins, lambda plugin: plugin.intents)
    faults += _claimed_twice("channel", plugins, lambda plugin: plugin.channels)
    if faults:
        raise ConfigurationError(faults)
    return loaded


def available_plugins(plugin_folders: Sequence[Path]) -> list[str]:
    """Names that could be enabled."""
    return sorted({*names_in(plugin_folders), *names_of_entry_points()})


def _load(name: str, plugin_folders: Sequence[Path]) -> LoadedPlugin:
    folder = next((each / name for each in plugin_folders if name in names_in([each])), None)
    if folder:
        plugin, where = load_folder(name, folder), str(folder / FILE)
    elif name in names_of_entry_points():
        plugin, folder, where = load_entry_point(name)
    else:
        raise Refused(_missing(name, plugin_folders))
    if plugin.name != name:
        problem = f"the plugin calls itself {plugin.name!r}: give it the name under which it is enabled"
        raise Refused(Fault(where, "plugins.enabled", problem, name))
    try:
        return LoadedPlugin(plugin, folder, load_catalog(folder / "locales" if folder else None))
    except PluginError as error:
        raise Refused(
            Fault(str(folder), f"plugins.{name}", f"a file of texts can't be read: {error}")
        ) from error


def _missing(name: str, plugin_folders: Sequence[Path]) -> Fault:
    empty = next((each / name for each in plugin_folders if _is_name(name) and (each / name).is_dir()), None)
    if empty:
        return Fault(str(empty), "plugins.enabled", f"the folder has no {FILE}", name)
    close = get_close_matches(name, available_plugins(plugin_folders), n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]}?)" if close else ""
    places = ", ".join(str(folder) for folder in plugin_folders)
    problem = f"there is no plugin of this name{hint}; looked in {places} and among the installed packages"
    return Fault("plugins", "plugins.enabled", problem, name)


def _is_name(name: str) -> bool:
    """Whether it can be a folder's name: never a way out of the plugin folder."""
    return name.isidentifier()


def _claimed_twice(
    kind: str, plugins: Sequence[Plugin], triggers: Callable[[Plugin], Iterable[str]]
) -> list[Fault]:
    owners: dict[str, list[str]] = {}
    for plugin in plugins:
        for trigger in triggers(plugin):
            owners.setdefault(trigger, []).append(plugin.name)
    return [
        Fault(
            "plugins",
            "plugins.enabled",
            f"the {kind} {trigger!r} is claimed by {' and by '.join(names)}: disable all but one, or rename it",
        )
        for trigger, names in owners.items()
        if len(names) > 1
    ]
