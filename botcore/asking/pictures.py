"""Which attachments are pictures that a model can be given: by their bytes, whatever their name says."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.engines.base import Image
from botcore.types import Attachment

MAX_BYTES = 5 << 20
"""Of one picture. Botcore does not scale pictures down; channels and phones do as a rule."""
MAX_PICTURES = 4
"""In one question."""


def pictures(attachments: Sequence[Attachment]) -> list[Image]:
    """The first pictures among the attachments that are not too large."""
    found = (as_picture(one.data) for one in attachments if len(one.data) <= MAX_BYTES)
    return [image for image in found if image][:MAX_PICTURES]


def as_picture(data: bytes) -> Image | None:
    """None for what is no PNG, JPEG, GIF or WebP."""
    media_type = _media_type(data)
    return Image(media_type, data) if media_type else None


def _media_type(data: bytes) -> str:
    """By the first bytes (WHATWG MIME Sniffing, "Matching an image type pattern")."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def looks_like_picture(attachment: Attachment) -> bool:
    """Whether a person would call it a picture, be it one that can't be used."""
    return attachment.media_type.startswith("image/") or bool(_media_type(attachment.data[:16]))
