"""Places where people chat with the bot as on the real service: see base.py."""

from botcore.testing.scenes.base import Scene, Seat, open_scene
from botcore.testing.scenes.marks import Mark, Marked, as_text
from botcore.testing.scenes.shown import Shown, ShownFile, transcript

__all__ = [
    "Mark",
    "Marked",
    "Scene",
    "Seat",
    "Shown",
    "ShownFile",
    "as_text",
    "open_scene",
    "transcript",
]
