"""Updates as Telegram sends them: the fields that the bot reads, with the types that they must have.

Source: the Bot API's own description, core.telegram.org/bots/api, version 10.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import field

BusinessId = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_=-]{0,200}\Z")]
"""Of a business connection; becomes part of an address."""


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


class Venue(msgspec.Struct, frozen=True):
    location: Location
    title: str = ""
    address: str = ""


class Dice(msgspec.Struct, frozen=True):
    emoji: str = ""
    value: int = 0


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
    business_connection_id: BusinessId = ""
    sender_business_bot: User | None = None
    """The bot itself, where it spoke for the owner of the account."""
    media_group_id: str = ""
    """The same for all messages of an album."""
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
    venue: Venue | None = None
    dice: Dice | None = None
    contact: Contact | None = None
    migrate_from_chat_id: int | None = None


class Press(msgspec.Struct, frozen=True):
    """A pressed button. An old `message` has no keyboard any more."""

    id: str
    sender: User = field(name="from")
    data: str = ""
    message: Sent | None = None


class Reaction(msgspec.Struct, frozen=True):
    """An emoji, an emoji of somebody's own, or a paid star."""

    type: str = ""
    emoji: str = ""
    custom_emoji_id: str = ""


class Reactions(msgspec.Struct, frozen=True):
    """What one person thinks of a message, before and now. Anonymous ones have no user."""

    chat: Chat
    message_id: int
    user: User | None = None
    date: float = 0.0
    old_reaction: Sequence[Reaction] = ()
    new_reaction: Sequence[Reaction] = ()


class Gone(msgspec.Struct, frozen=True):
    """Messages that were deleted from a chat of a business account."""

    business_connection_id: BusinessId
    chat: Chat
    message_ids: Sequence[int] = ()


class Standing(msgspec.Struct, frozen=True):
    """What the bot is in a chat: member, left, kicked, ..."""

    status: str = ""

    @property
    def inside(self) -> bool:
        return self.status in {"member", "administrator", "creator", "restricted"}


class Membership(msgspec.Struct, frozen=True):
    """The bot was let into a chat, or thrown out; in a private chat, the person unblocked or blocked it."""

    chat: Chat
    sender: User = field(name="from")
    date: float = 0.0
    old_chat_member: Standing = Standing()
    new_chat_member: Standing = Standing()


class Update(msgspec.Struct, frozen=True):
    """One thing that happened. Kinds that the bot doesn't read leave all other fields empty."""

    update_id: int
    message: Sent | None = None
    edited_message: Sent | None = None
    business_message: Sent | None = None
    edited_business_message: Sent | None = None
    deleted_business_messages: Gone | None = None
    message_reaction: Reactions | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None


HIGHEST = 2**52
"""Ids of updates are below that."""
WANTED = [name for name in Update.__struct_fields__ if name != "update_id"]
"""The kinds that Telegram is asked for; reactions come only where they are asked for by name."""


def parse_update(raw: object) -> Update:
    """Raises msgspec.ValidationError, which says what is wrong and where."""
    try:
        return msgspec.convert(raw, Update)
    except UnicodeEncodeError as error:  # half a surrogate pair, where the form of a text matters
        raise msgspec.ValidationError(str(error)) from error


def number_of(raw: object) -> int | None:
    """The id of an update that need not be readable otherwise. None for one that would spoil the offset."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    usable = isinstance(number, int) and not isinstance(number, bool) and 0 < number < HIGHEST
    return number if usable else None
