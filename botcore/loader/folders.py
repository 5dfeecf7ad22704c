"""Plugins that are folders with a `plugin.py`, in the plugin folders of the configuration."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from botcore.errors import Fault
from botcore.loader.importing import Refused, as_plugin, run_import
from botcore.plugin import Plugin

FILE = "plugin.py"
_PREFIX = "botcore_plugin_"


def names_in(plugin_folders: Sequence[Path]) -> list[str]:
    """Names of the folders that hold a plugin."""
    return [
        entry.name
        for folder in plugin_folders
        if folder.is_dir()
        for entry in sorted(folder.iterdir())
        if entry.name.isidentifier() and (entry / FILE).is_file()
    ]


def load_folder(name: str, folder: Path) -> Plugin:
    """Import `plugin.py` as the package `botcore_plugin_<name>`, so that `from .texts import ...` works in it.

    Runs the code anew each time: a plugin that was edited is loaded as it is now. Raises Refused.
    """
    file = folder.absolute() / FILE
    module = run_import(name, str(file), lambda: _import(_PREFIX + name, file))
    return as_plugin(name, str(file), getattr(module, "plugin", None))


def _import(module_name: str, file: Path) -> ModuleType:
    for known in [
        known for known in sys.modules if known == module_name or known.startswith(f"{module_name}.")
    ]:
        del sys.modules[known]
    spec = importlib.util.spec_from_file_location(
        module_name, file, submodule_search_locations=[str(file.parent)]
    )
    if spec is None or spec.loader is None:
        raise Refused(Fault(str(file), module_name, "is no Python file"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module
