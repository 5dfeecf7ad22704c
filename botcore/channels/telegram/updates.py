"""Updates as Telegram sends them: the fields that the bot reads, with the types that they must have.

Source: the Bot API's own description, core.telegram.org/bots/api, version 10.0.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import field


class User(msgspec.Struct, frozen=True):
    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(msgspec.Struct, frozen=True):
    id: int
    type: str
    is_forum: bool = False

    @property
    def private(self) -> bool:
        return self.type == "private"


class Entity(msgspec.Struct, frozen=True):
    """A marked stretch of the text; offsets in UTF-16 units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class File(msgspec.Struct, frozen=True):
    """A photo's size, a document, a voice message, ..."""

    file_id: str
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""


class Sticker(msgspec.Struct, frozen=True):
    emoji: str = ""


class Location(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float


class Contact(msgspec.Struct, frozen=True):
    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Button(msgspec.Struct, frozen=True):
    text: str
    callback_data: str = ""


class Markup(msgspec.Struct, frozen=True):
    inline_keyboard: Sequence[Sequence[Button]] = ()


class Replied(msgspec.Struct, frozen=True):
    """The message that this one answers."""

    sender: User | None = field(default=None, name="from")
    forum_topic_created: dict[str, object] | None = None
    """Every first-level message of a topic "answers" this service message."""


class Sent(msgspec.Struct, frozen=True):
    """A message."""

    message_id: int
    chat: Chat
    date: float = 0.0
    sender: User | None = field(default=None, name="from")
    message_thread_id: int | None = None
    is_topic_message: bool = False
    text: str = ""
    entities: Sequence[Entity] = ()
    caption: str = ""
    caption_entities: Sequence[Entity] = ()
    reply_to_message: Replied | None = None
    reply_markup: Markup | None = None
    photo: Sequence[File] = ()
    document: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    animation: File | None = None
    video_note: File | None = None
    sticker: Sticker | None = None
    location: Location | None = None
    contact: Contact | None = None
    migrate_from_chat_id: int | None = None


class Press(msgspec.Struct, frozen=True):
    """A pressed button. An old `message` has no keyboard any more."""

    id: str
    sender: User = field(name="from")
    data: str = ""
    message: Sent | None = None


class Update(msgspec.Struct, frozen=True):
    """One thing that happened. Kinds that the bot doesn't read leave both fields empty."""

    update_id: int
    message: Sent | None = None
    callback_query: Press | None = None


HIGHEST = 2**52
"""Ids of updates are below that."""
WANTED = ["message", "callback_query"]
"""The kinds that Telegram is asked for."""


def parse_update(raw: object) -> Update:
    """Raises msgspec.ValidationError, which says what is wrong and where."""
    return msgspec.convert(raw, Update)


def number_of(raw: object) -> int | None:
    """The id of an update that need not be readable otherwise. None for one that would spoil the offset."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    usable = isinstance(number, int) and not isinstance(number, bool) and 0 < number < HIGHEST
    return number if usable else None
