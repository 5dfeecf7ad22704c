"""Runs a plugin's code for the first time, and says where it failed."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from botcore.errors import Fault
from botcore.paths import bundled_root
from botcore.plugin import Plugin

_PACKAGE = Path(__file__).resolve().parents[1]


class Refused(Exception):
    """A plugin can't be loaded; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def run_import(name: str, where: str, load: Callable[[], object]) -> object:
    """What `load` returns; whatever the plugin's code raises becomes a fault with its file and line."""
    try:
        return load()
    except (Exception, SystemExit) as error:
        place = _place(error) or where
        problem = f"can't be imported: {type(error).__name__}: {error}{_remedy(error)}"
        raise Refused(Fault(place, f"plugins.{name}", problem)) from error


def as_plugin(name: str, where: str, found: object) -> Plugin:
    """The object, if it is a Plugin."""
    if isinstance(found, Plugin):
        return found
    problem = f'has no Plugin at module level under the name `plugin`: write plugin = Plugin("{name}")'
    raise Refused(Fault(where, f"plugins.{name}", problem))


def _remedy(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("botcore"):
        return f" (is the package that brings {error.name.partition('.')[0]!r} installed?)"
    return ""


def _place(error: BaseException) -> str:
    """The last line that is the plugin's own: neither Python's import machinery nor botcore's."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in _frames(error.__traceback__) if _is_theirs(frame.filename)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _frames(tb: TracebackType | None) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(tb))


def _is_theirs(filename: str) -> bool:
    if filename.startswith("<") or "importlib" in Path(filename).parts:
        return False
    path = Path(filename)
    return not path.is_relative_to(_PACKAGE) or path.is_relative_to(bundled_root() / "plugins")
