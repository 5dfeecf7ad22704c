"""Settings: read from every place at once, checked, and shown. See README.md."""

from botcore.config.load import load_settings
from botcore.config.plugins import check_plugins, validate_plugin
from botcore.config.settings import Settings
from botcore.config.show import render_settings

__all__ = ["Settings", "check_plugins", "load_settings", "render_settings", "validate_plugin"]
