"""What can become of a call to Telegram, in the words that decide what to do next.

ChannelError
└── TelegramFailure
    ├── Unreached    it never arrived: repeating it is safe
    ├── Uncertain    it may have been carried out, and nobody can find out
    ├── Flooded      not before `seconds` have passed
    ├── Closed       the person blocked the bot, or the chat is gone
    ├── Migrated     the group has another id now
    ├── Revoked      Telegram doesn't know the token
    ├── Conflicted   another program polls with this token
    └── Refused      the call itself is wrong
        └── TooLarge a file has more bytes than the bot takes
"""

from __future__ import annotations

import datetime

import aiohttp
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from botcore.errors import ChannelError


class TelegramFailure(ChannelError):
    """A call to Telegram had no success."""


class Unreached(TelegramFailure):
    """It never arrived: repeating it is safe."""


class Uncertain(TelegramFailure):
    """It may have been carried out. Telegram has no idempotency key, so that nobody can find out."""


class Flooded(TelegramFailure):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"Telegram takes nothing more for {seconds:g} s.")


class Closed(TelegramFailure):
    """The person blocked the bot, or the chat is gone: nothing can be sent until they write again."""


class Migrated(TelegramFailure):
    def __init__(self, chat: int) -> None:
        self.chat = chat
        super().__init__(f"The group has become the supergroup {chat}.")


class Revoked(TelegramFailure):
    """Telegram doesn't know the token."""


class Conflicted(TelegramFailure):
    """Another program polls with this token."""


class Refused(TelegramFailure):
    """The call itself is wrong; repeating it is useless."""

    def says(self, *texts: str) -> bool:
        """Whether Telegram gave one of these reasons."""
        return any(text in str(self).lower() for text in texts)


class TooLarge(Refused):
    """A file has more bytes than the bot takes."""


_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_GONE = (
    "chat not found",
    "user is deactivated",
    "group chat was deactivated",
    "not enough rights to send",
    "business_connection_invalid",
    "business connection not found",
)


def failure_of(error: Exception, method: str) -> TelegramFailure:
    """What isn't known counts as uncertain, so that nothing is repeated without end."""
    match error:
        case RetryAfter():
            return Flooded(_seconds(error.retry_after))
        case ChatMigrated():
            return Migrated(error.new_chat_id)
        case BadRequest() if "file is too big" in str(error).lower():
            return TooLarge(str(error))
        case TelegramError():
            return _kind(error, method)(str(error))
    return Uncertain(str(error) or type(error).__name__)


def _kind(error: TelegramError, method: str) -> type[TelegramFailure]:
    text = str(error).lower()
    gone = isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and any(reason in text for reason in _GONE)
    )
    # 404 is for a malformed token, and for a method that this server does not have.
    lacking = isinstance(error, InvalidToken) and "not found" in text and method.startswith("send")
    kinds: list[tuple[bool, type[TelegramFailure]]] = [
        (gone, Closed),
        (lacking or isinstance(error, BadRequest), Refused),
        (isinstance(error, InvalidToken), Revoked),
        (isinstance(error, Conflict), Conflicted),
        (isinstance(error.__cause__, _NEVER_SENT), Unreached),
    ]
    return next((kind for fits, kind in kinds if fits), Uncertain)


def _seconds(value: int | float | datetime.timedelta) -> float:
    return value.total_seconds() if isinstance(value, datetime.timedelta) else float(value)
