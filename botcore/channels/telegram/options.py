"""How one bot reaches Telegram, and what it says by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec


class TelegramOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses are in python-telegram-bot's form: `api_url` ends in `/bot`, `file_url` in `/file/bot`."""

    token: str
    api_url: str = "https://api.telegram.org/bot"
    file_url: str = "https://api.telegram.org/file/bot"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    webhook_secret: str = ""
    commands: Mapping[str, Sequence[tuple[str, str]]] = {}
    """Menu of commands: language -> (name, description). "" is for languages that are not listed."""

    poll_seconds: int = 30
    """How long Telegram holds a poll open where nothing happens."""
    call_seconds: float = 20.0
    """For an answer to any other call; after that its outcome is unknown."""
    backoff_seconds: float = 1.0
    """Before the first retry of what failed on the way; doubles up to 30 times that."""
    slow_seconds: float = 30.0
    """Between retries that only an operator's help can bring to success (token, second poller)."""
    patience_seconds: float = 60.0
    """For a message to wait inside one `send` while Telegram can't be reached."""
    uncertain_sends: Literal["repeat", "mark"] = "repeat"
    """How a message is sent a second time whose first try may have arrived: as it is, or with a line that says so."""
    messages_per_second: float = 30.0
    """To all chats together; what Telegram allows a bot that pays nothing."""
    chat_messages_per_second: float = 1.0
    """To one person."""
    group_messages_per_minute: float = 20.0
    """To one group."""
    file_bytes: int = 20_000_000
    """Of all files of one message of a person together; Telegram gives bots none that is larger."""
    album_seconds: float = 0.5
    """An album is whole once nothing more of it has come for so long."""
    drafts: bool = True
    """Growing answers in private chats are drafts, which have no stop button; else messages that are edited."""
    web_app_url: str = ""
    """https address of the page behind the button beside the text field; empty leaves that button alone."""
    edit_seconds: float = 1.0
    """Between previews of a growing answer, at the beginning; the gap widens to five times that."""

    def __repr__(self) -> str:
        """Without the token and the secret."""
        return f"TelegramOptions({self.api_url!r}, mode={self.mode!r})"


class Notices(msgspec.Struct, frozen=True):
    """What the channel itself tells a person, in one language. {seconds}, {name} and {limit} are filled in."""

    rate_limited: str = "That was a lot at once. This was not sent; try again in {seconds} s."
    mailbox_full: str = (
        "Many messages are waiting in this conversation. This one was not sent; try again in {seconds} s."
    )
    old_button: str = "This button has expired. Please type what you want to say."
    failed: str = "Your message could not be taken, because of a fault here. Please send it again."
    too_large: str = "({name} is too large to be sent here: at most {limit} MB.)"
    repeated: str = "(This may have reached you already.)"
    not_sent: str = "({name} could not be sent here.)"
    file_too_large: str = "{name} is too large for me: I take up to {limit} MB in one message. What you wrote beside it was taken."
    file_failed: str = (
        "{name} could not be fetched. What you wrote beside it was taken; please send the file again."
    )
    stop: str = "⏹ Stop"
    stop_command: str = "End the answer that is being written"
    web_app: str = "Open"
