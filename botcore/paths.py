"""Where the plugins and the configuration lie that botcore brings along."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled_root() -> Path:
    """The folder with botcore's own `plugins/` and `config/`: inside the package in a wheel, else the repository."""
    inside = _PACKAGE / "bundled"
    return inside if inside.is_dir() else _PACKAGE.parent


def plugin_folders() -> list[Path]:
    """Where plugins are looked for, in this order: `./plugins`, then the bundled ones."""
    here, bundled = Path("plugins"), bundled_root() / "plugins"
    return [bundled] if here.resolve() == bundled.resolve() else [here, bundled]
