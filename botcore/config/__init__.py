"""Settings: read from every place at once, checked, and shown. See README.md."""

from botcore.config.examples import add_own_examples
from botcore.config.load import Reading, load_settings, read_settings
from botcore.config.plugins import check_plugins, language_models, validate_plugin
from botcore.config.settings import Settings
from botcore.config.show import render_settings

__all__ = [
    "Reading",
    "Settings",
    "add_own_examples",
    "check_plugins",
    "language_models",
    "load_settings",
    "read_settings",
    "render_settings",
    "validate_plugin",
]
