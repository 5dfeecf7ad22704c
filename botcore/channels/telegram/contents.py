"""What a message consists of: its words, and its files as Telegram describes them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from botcore.channels.telegram.updates import File, Sent
from botcore.conversation import clean_text

_TYPES = {
    "photo": "image/jpeg",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "video_note": "video/mp4",
}


class FoundFile(msgspec.Struct, frozen=True):
    """A file of a message; what Telegram says of its type and size comes from the person, and may be wrong."""

    id: str
    name: str
    media_type: str
    size: int


def words_of(message: Sent) -> str:
    """Its text or caption; what is no text, in words that a plugin can read: a place as a `geo:` address (RFC 5870)."""
    if message.text or message.caption:
        return message.text or message.caption
    if message.sticker:
        return message.sticker.emoji
    if message.dice:
        return f"{message.dice.emoji} {message.dice.value}"
    return _where_or_who(message)


def _where_or_who(message: Sent) -> str:
    if message.venue:
        spot = message.venue.location
        return f"{message.venue.title}, {message.venue.address}: geo:{spot.latitude},{spot.longitude}"
    if message.location:
        return f"geo:{message.location.latitude},{message.location.longitude}"
    if message.contact:
        contact = message.contact
        return f"{contact.first_name} {contact.last_name}".strip() + f": {contact.phone_number}"
    return ""


def files_of(message: Sent) -> Iterator[FoundFile]:
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
    name = clean_text(file.file_name) or clean_text(f"{kind}.{ending}")
    return FoundFile(file.file_id, name, clean_text(media_type), file.file_size)
