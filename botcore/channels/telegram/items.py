"""A reply as the messages that Telegram will show, in order: texts, pictures, files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from botcore.channels.rendering import CAPTION, TelegramPart, Words, render_telegram
from botcore.channels.telegram.options import Notices
from botcore.types import Attachment, Reply

UPLOAD_BYTES = 50_000_000
PHOTO_BYTES = 10_000_000
PHOTO_TYPES = {"image/png", "image/jpeg", "image/webp"}
PLAYED = {
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "voice",
    "video/mp4": "video",
}
"""Which method shows what; anything else goes out as a document."""
LONG = 3_000
"""Characters from which a text is rendered beside the event loop."""
BESIDE_BUTTONS = "👇"
"""Telegram shows no buttons without a text."""

Item = TelegramPart | Attachment


async def items_of(reply: Reply, notices: Notices) -> list[Item]:
    """None for an empty reply."""
    if len(reply.text) > LONG:
        return await asyncio.to_thread(lambda: list(_items(reply, notices)))
    return list(_items(reply, notices))


def first_text(text: str) -> TelegramPart | None:
    """What a preview of a growing answer shows: as much as one message holds."""
    parts = render_telegram(Reply(text))
    return parts[0] if parts and parts[0].text.strip() else None


def _items(reply: Reply, notices: Notices) -> Iterator[Item]:
    files, lines = _sorted(reply, notices)
    text = "\n\n".join(part for part in (reply.text, *lines) if part)
    for part in render_telegram(msgspec.structs.replace(reply, text=text), words=Words()):
        yield part if part.text.strip() else msgspec.structs.replace(part, text=BESIDE_BUTTONS, entities=())
        if part.file:
            yield part.file
    for file in files:
        yield file
        yield from _rest_of_caption(file)


def caption_of(attachment: Attachment) -> str:
    """What a person who can't see it should hear, as far as it fits below it."""
    parts = _captions(attachment)
    return parts[0].text if parts else ""


def _rest_of_caption(attachment: Attachment) -> Iterator[TelegramPart]:
    first = caption_of(attachment)
    rest = "\n".join(part.text for part in _captions(attachment)[1:])
    yield from render_telegram(Reply(rest), words=Words()) if first and rest else ()


def _captions(attachment: Attachment) -> list[TelegramPart]:
    return render_telegram(Reply(attachment.alt), limits=CAPTION) if attachment.alt else []


def _sorted(reply: Reply, notices: Notices) -> tuple[list[Attachment], list[str]]:
    """Files to send, and lines about those that can't be."""
    files, lines = [], []
    for attachment in reply.attachments:
        if len(attachment.data) > UPLOAD_BYTES:
            lines.append(notices.too_large.format(name=attachment.name, limit=UPLOAD_BYTES // 1_000_000))
        elif attachment.data:
            files.append(attachment)
        elif attachment.url:
            label = (attachment.alt or attachment.name).replace("[", "(").replace("]", ")")
            lines.append(f"[{label}]({attachment.url})")
    return files, lines


def kind_of(attachment: Attachment) -> str:
    """photo, audio, voice or video where Telegram plays that; else document."""
    if attachment.media_type in PHOTO_TYPES:
        return "photo" if len(attachment.data) <= PHOTO_BYTES else "document"
    return PLAYED.get(attachment.media_type, "document")
