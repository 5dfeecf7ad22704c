"""What a file is, whatever it says of itself."""

from __future__ import annotations

import pytest

from botcore.channels.media_types import media_type


@pytest.mark.parametrize(
    ("claimed", "data", "taken_for"),
    [
        ("image/png", b"MZ\x90 a program", "application/vnd.microsoft.portable-executable"),
        ("image/png", b"no picture", "application/octet-stream"),
        ("image/png", b"\xff\xd8\xff", "image/jpeg"),
        ("text/plain", b"\0\x01\x02", "application/octet-stream"),
        ("text/csv", b"a,b", "text/csv"),
        (
            "application/vnd.oasis.opendocument.text",
            b"PK\x03\x04...",
            "application/vnd.oasis.opendocument.text",
        ),
        ("text/plain", b"PK\x03\x04...", "application/zip"),
        ("audio/ogg; codecs=opus", b"OggS", "audio/ogg"),
        ("", "Grüße".encode(), "text/plain"),
        ("", b"", "text/plain"),
        ("", b"\xfe\xfe", "application/octet-stream"),
        ("text/plain", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("image/png", b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        ("application/octet-stream", b"\xff\xfb\x90", "audio/mpeg"),
        ("video/mp4", b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        ("application/pdf", b"no document", "application/octet-stream"),
        ("image/png", b"PK\x03\x04", "application/zip"),
    ],
)
def test_a_file_is_what_its_bytes_say(claimed: str, data: bytes, taken_for: str) -> None:
    assert media_type(claimed, data) == taken_for
