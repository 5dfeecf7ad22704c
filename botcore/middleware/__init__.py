"""What every turn passes through on its way to the dispatcher, outermost first."""

from botcore.middleware.base import Middleware, Next, compose

__all__ = ["Middleware", "Next", "compose"]
