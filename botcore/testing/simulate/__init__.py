"""A page on this machine where an author chats with the bot as people do on Discord or Telegram: see README.md."""

from botcore.testing.simulate.server import SimulatePage
from botcore.testing.simulate.stage import Stage, open_stage

__all__ = ["SimulatePage", "Stage", "open_stage"]
