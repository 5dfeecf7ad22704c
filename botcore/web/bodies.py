"""Bodies of requests: bounded while they are read, and typed before anybody looks at them."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TypeVar

import msgspec
from starlette.requests import Request

from botcore.types import Attachment
from botcore.web.problems import Problem

T = TypeVar("T")


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """The whole body. Problem 413 past `limit` bytes, 408 where it takes longer than `seconds`."""
    length = request.headers.get("content-length", "0")
    if len(length) > 15 or (length.isdigit() and int(length) > limit):
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise Problem(408, "body_too_slow", headers={"connection": "close"}) from None
    return bytes(body)


def _too_large(limit: int) -> Problem:
    return Problem(413, "body_too_large", limit=_size(limit))


def _size(size: int) -> str:
    return f"{size // 1_048_576} MiB" if size >= 1_048_576 else f"{size // 1024} KiB"


def decode(decoder: msgspec.json.Decoder[T], body: bytes | str) -> T:
    """Problem 400 that names the field, or the place where it stops being JSON."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(400, "bad_field", detail=str(error)) from error
    except RecursionError as error:
        raise Problem(400, "bad_json", detail="nested too deeply") from error
    except ValueError as error:  # msgspec.DecodeError and UnicodeDecodeError are ValueErrors
        raise Problem(400, "bad_json", detail=str(error)) from error


def decode_data_url(url: str, *, param: str) -> tuple[str, bytes]:
    """Media type and bytes of a base64 `data:` address. Others would have the bot fetch what a stranger names."""
    head, comma, data = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64") and comma):
        raise Problem(400, "only_data_urls", param=param)
    try:
        return head[5:-7] or "application/octet-stream", base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "only_data_urls", param=param) from None


def check_text(text: str, attachments: list[Attachment], limit: int, *, param: str = "") -> None:
    """Problem for a message that says nothing, or too much."""
    if not text.strip() and not attachments:
        raise Problem(400, "empty", param=param)
    if len(text) > limit:
        raise Problem(413, "text_too_long", param=param, length=len(text), limit=limit)
