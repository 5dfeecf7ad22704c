"""`botcore config`: look at the settings."""

from __future__ import annotations

from cyclopts import App

from botcore.app.minds import install_plugins
from botcore.cli.common import Place, out
from botcore.config import render_settings

config_app = App(name="config", help="Look at the settings.")


@config_app.command
def check(*, place: Place | None = None) -> None:
    """Check every setting, those of the plugins included. Exit code 2 where something is wrong."""
    install_plugins((place or Place()).settings())
    out.print("The configuration is good.")


@config_app.command
def show(*, place: Place | None = None) -> None:
    """Print every setting, its value (secrets masked) and where it comes from."""
    out.print(render_settings((place or Place()).settings()), markup=False)
