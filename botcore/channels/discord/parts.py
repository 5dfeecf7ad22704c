"""One reply as the messages that Discord takes: its texts, the buttons below the last, and its files."""

from __future__ import annotations

import asyncio

import msgspec

from botcore.channels.discord.notices import Say
from botcore.channels.rendering import Words, render_discord
from botcore.types import Attachment, Reply

LONGEST_TEXT = 2000
MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes that a bot may upload to a server without boosts."""
QUICKLY_RENDERED = 4000
"""Characters; more are rendered beside the event loop."""


class Part(msgspec.Struct, frozen=True):
    """One message of an answer."""

    text: str = ""
    buttons: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    stop: str = ""
    """What a button says that ends the answer."""


async def parts_of(reply: Reply, say: Say, language: str) -> list[Part]:
    """The messages to send, in order; at least one. Files that Discord would refuse are named in the text."""
    words = Words(file=say(language, "in_a_file"))
    if len(reply.text) > QUICKLY_RENDERED:
        rendered = await asyncio.to_thread(render_discord, reply, words=words)
    else:
        rendered = render_discord(reply, words=words)
    parts = [Part(one.text, one.buttons, (one.file,) if one.file else ()) for one in rendered] or [Part()]
    shown = [one for one in reply.attachments if 0 < len(one.data) <= LARGEST_FILE]
    named = "\n".join(line for one in reply.attachments if (line := _line(one, say, language)))
    last = parts[-1]
    parts[-1] = Part(last.text, last.buttons, (*last.files, *shown)[:MOST_FILES])
    return _with_line(parts, named)


def _line(one: Attachment, say: Say, language: str) -> str:
    """What stands in the text for a file that is not uploaded."""
    if len(one.data) > LARGEST_FILE:
        megabytes = f"{len(one.data) / 1_000_000:.1f}"
        return say(language, "too_large", name=one.name, megabytes=megabytes, limit=LARGEST_FILE // 1024**2)
    if not one.data and one.url.startswith(("http://", "https://")):
        return f"{one.name}: {one.url}"
    return ""


def _with_line(parts: list[Part], line: str) -> list[Part]:
    if not line:
        return parts
    first = parts[0]
    text = f"{first.text}\n{line}".strip()
    if len(text) <= LONGEST_TEXT:
        return [Part(text, first.buttons, first.files), *parts[1:]]
    return [Part(line[:LONGEST_TEXT]), *parts]


def preview_of(text: str) -> str:
    """The first message of an answer that is not finished yet."""
    rendered = render_discord(Reply(text))
    return rendered[0].text if rendered else ""
