"""Where the parts meet: settings in, a running bot out. No other place knows all of them."""

from botcore.app.app import App, open_app

__all__ = ["App", "open_app"]
