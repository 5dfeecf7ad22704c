"""See README.md. Needs the extra `telegram` (python-telegram-bot)."""

from botcore.channels.telegram.channel import TelegramChannel
from botcore.channels.telegram.options import Notices, TelegramOptions

__all__ = ["Notices", "TelegramChannel", "TelegramOptions"]
