"""Reads updates: who says what where, and whether it is meant for the bot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from botcore.channels.telegram.buttons import said_by
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.updates import Entity, File, Press, Sent, Update, User
from botcore.conversation import clean_text
from botcore.types import Person

_COMMAND = re.compile(r"/(?P<name>[A-Za-z][A-Za-z0-9_]{0,31})(?:@(?P<bot>\w+))?(?=\s|$)")
_TYPES = {
    "photo": "image/jpeg",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "video_note": "video/mp4",
}


class Me(msgspec.Struct, frozen=True):
    """The bot's own account."""

    id: int
    username: str


class FoundFile(msgspec.Struct, frozen=True):
    """A file of a message, as Telegram describes it; what it says of type and size may be wrong."""

    id: str
    name: str
    media_type: str
    size: int


class Incoming(msgspec.Struct, frozen=True):
    """Something that a person says to the bot."""

    id: str
    place: Place
    """By which the conversation is known."""
    person: Person
    at: float
    message_id: int
    text: str = ""
    files: Sequence[FoundFile] = ()
    press: str = ""
    """Id of the pressed button; Telegram wants it answered whatever becomes of it."""


class Reader:
    def __init__(self, me: Me, moves: Moves) -> None:
        self._me = me
        self._moves = moves

    def read(self, update: Update, now: float) -> Incoming | None:
        """None for what is not meant for the bot. A press always counts, if only to be answered."""
        if update.callback_query:
            return self._press(update.update_id, update.callback_query, now)
        if update.message:
            return self._message(update.update_id, update.message)
        return None

    def _press(self, number: int, press: Press, now: float) -> Incoming | None:
        message = press.message
        place = self._place(message) if message else Place(press.sender.id)
        return Incoming(
            id=f"tg:{number}",
            place=place,
            person=_person(press.sender),
            at=now,
            message_id=message.message_id if message else 0,
            text=said_by(press),
            press=press.id,
        )

    def _message(self, number: int, message: Sent) -> Incoming | None:
        if message.migrate_from_chat_id:
            self._moves.learn(message.migrate_from_chat_id, message.chat.id)
        if message.sender is None or message.sender.is_bot or message.chat.type == "channel":
            return None
        text = self._addressed(message)
        files = tuple(_files(message))
        if text is None or not (text.strip() or files):
            return None
        return Incoming(
            id=f"tg:{number}",
            place=self._place(message),
            person=_person(message.sender),
            at=message.date,
            message_id=message.message_id,
            text=text,
            files=files,
        )

    def _place(self, message: Sent) -> Place:
        in_topic = message.is_topic_message or message.chat.is_forum
        return Place(self._moves.first(message.chat.id), message.message_thread_id if in_topic else None)

    def _addressed(self, message: Sent) -> str | None:
        """What is said to the bot, without its name; None where others are meant."""
        text = message.text or message.caption or _other(message)
        spoken_to, text = self._without_mention(text, message.entities or message.caption_entities)
        command = _COMMAND.match(text)
        if command and command["bot"]:
            if command["bot"].lower() != self._me.username.lower():
                return None
            text = f"/{command['name']}{text[command.end() :]}"
        meant = message.chat.private or spoken_to or command or self._is_reply(message)
        return text if meant else None

    def _without_mention(self, text: str, entities: Sequence[Entity]) -> tuple[bool, str]:
        """Offsets count UTF-16 units, so that the text is cut in that form."""
        if not any(entity.type in {"mention", "text_mention"} for entity in entities):
            return False, text
        units = text.encode("utf-16-le", "surrogatepass")
        kept, at, found = b"", 0, False
        for entity in sorted(entities, key=lambda one: one.offset):
            start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
            if at <= start < end <= len(units) and self._is_me(entity, units[start:end]):
                kept, at, found = kept + units[at:start], end, True
        rest = (kept + units[at:]).decode("utf-16-le", "surrogatepass")
        return found, rest.strip(" \t,:") if found else rest

    def _is_me(self, entity: Entity, units: bytes) -> bool:
        if entity.type == "text_mention":
            return entity.user is not None and entity.user.id == self._me.id
        said = units.decode("utf-16-le", "surrogatepass")
        return entity.type == "mention" and said.lower() == f"@{self._me.username.lower()}"

    def _is_reply(self, message: Sent) -> bool:
        replied = message.reply_to_message
        if replied is None or replied.sender is None or replied.forum_topic_created is not None:
            return False
        return replied.sender.id == self._me.id


def _person(user: User) -> Person:
    name = f"{user.first_name} {user.last_name}".strip()
    return Person(str(user.id), clean_text(name), clean_text(user.language_code))


def _other(message: Sent) -> str:
    """What is no text, in words that a plugin can read."""
    if message.sticker:
        return message.sticker.emoji
    if message.location:
        return f"geo:{message.location.latitude},{message.location.longitude}"
    if message.contact:
        contact = message.contact
        return f"{contact.first_name} {contact.last_name}".strip() + f": {contact.phone_number}"
    return ""


def _files(message: Sent) -> Iterator[FoundFile]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.file_size)
        yield _found("photo", largest)
    for kind in ("document", "voice", "audio", "video", "animation", "video_note"):
        file: File | None = getattr(message, kind)
        # A moving picture comes a second time as a document, for clients of old.
        if file and not (kind == "document" and message.animation):
            yield _found(kind, file)


def _found(kind: str, file: File) -> FoundFile:
    media_type = file.mime_type or _TYPES.get(kind, "application/octet-stream")
    ending = media_type.rpartition("/")[2].split("+")[0]
    name = clean_text(file.file_name) or f"{kind}.{ending}"
    return FoundFile(file.file_id, name, clean_text(media_type), file.file_size)
