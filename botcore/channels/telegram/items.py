"""A reply as the messages that Telegram will show, in order: texts, pictures, files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from botcore.channels.rendering import TelegramPart, Words, render_telegram
from botcore.channels.telegram.options import Notices
from botcore.types import Attachment, Reply

UPLOAD_BYTES = 50_000_000
PHOTO_BYTES = 10_000_000
PHOTO_TYPES = {"image/png", "image/jpeg", "image/webp"}
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
    yield from files


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


def is_photo(attachment: Attachment) -> bool:
    return attachment.media_type in PHOTO_TYPES and len(attachment.data) <= PHOTO_BYTES
