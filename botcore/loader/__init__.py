"""Finds and imports the plugins that are enabled. See README.md."""

from botcore.loader.plugins import LoadedPlugin, available_plugins, load_plugins

__all__ = ["LoadedPlugin", "available_plugins", "load_plugins"]
