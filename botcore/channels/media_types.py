"""What a file is by its bytes, since its name and its description are only what its sender says."""

from __future__ import annotations

UNKNOWN = "application/octet-stream"

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
    b"\x1aE\xdf\xa3": "video/webm",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage",
    b"MZ": "application/vnd.microsoft.portable-executable",
    b"\x7fELF": "application/x-executable",
}
_INSIDE = {
    "application/zip": (
        "application/vnd.",
        "application/epub",
        "application/java",
        "application/zip",
        "application/x-zip",
    ),
    "application/x-ole-storage": ("application/msword", "application/vnd.ms-"),
    "audio/ogg": ("audio/", "video/ogg", "application/ogg"),
    "video/webm": ("audio/webm", "video/"),
    "video/mp4": ("audio/mp4", "audio/x-m4a", "audio/m4a", "video/", "image/heic", "image/avif"),
    "application/gzip": ("application/",),
}
"""What the contents of such a container may rightly call themselves."""
_RECOGNISED = {*_MAGIC.values(), "image/webp", "audio/wav", "audio/mp4", "video/mp4", "video/x-msvideo"}


def media_type(claimed: str, data: bytes) -> str:
    """`claimed` where the bytes agree; else what they are, or `application/octet-stream`."""
    claimed = claimed.partition(";")[0].strip().lower()
    found = _recognised(data)
    if found:
        return claimed if claimed.startswith(_INSIDE.get(found, ())) else found
    if claimed in _RECOGNISED or claimed.startswith("image/"):
        return "image/svg+xml" if claimed == "image/svg+xml" and _is_text(data) else UNKNOWN
    if claimed.startswith("text/") and not _is_text(data):
        return UNKNOWN
    return claimed or ("text/plain" if _is_text(data) else UNKNOWN)


def _recognised(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else "video/mp4"
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2:  # a frame of MPEG audio
        return "audio/mpeg"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")


def _is_text(data: bytes) -> bool:
    """By its beginning; a letter may be cut in half there."""
    head = data[:4096]
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) < len(data)
    return True
