"""Plugins that installed packages offer by the entry point group `botcore.plugins`."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from botcore.errors import Fault
from botcore.loader.importing import Refused, as_plugin, run_import
from botcore.plugin import Plugin

GROUP = "botcore.plugins"


def names_of_entry_points() -> list[str]:
    """Names that the installed packages offer."""
    return [point.name for point in entry_points(group=GROUP)]


def load_entry_point(name: str) -> tuple[Plugin, Path | None, str]:
    """The plugin, its folder, and where it is declared. Raises Refused."""
    points = {point.value: point for point in entry_points(group=GROUP, name=name)}
    places = " and ".join(sorted(_place(point) for point in points.values()))
    if len(points) > 1:
        raise Refused(
            Fault(
                places,
                "plugins.enabled",
                "several packages offer a plugin of this name: uninstall all but one",
                name,
            )
        )
    point = next(iter(points.values()))
    plugin = as_plugin(name, places, run_import(name, places, point.load))
    return plugin, plugin.folder, places


def _place(point: EntryPoint) -> str:
    return f"{point.dist.name if point.dist else 'a package'} ({point.value})"
