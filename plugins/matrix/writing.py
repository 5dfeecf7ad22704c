"""A reply as the contents of Matrix messages: plain text and HTML side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from botcore import Reply
from botcore.channels.rendering import render_html, render_plain, split

LONGEST = 12_000
"""Characters of one message: an event may have 65,536 bytes, and holds the text twice."""

Content = dict[str, Any]


def contents(reply: Reply) -> list[Content]:
    """One for each message, in order; choices and sources stand in the last one."""
    pieces = split(reply.text, LONGEST) if len(reply.text) > LONGEST else [reply.text]
    return [content for content in _written(pieces, reply) if content["body"].strip()]


def _written(pieces: list[str], reply: Reply) -> Iterator[Content]:
    for number, piece in enumerate(pieces, 1):
        last = number == len(pieces)
        yield content(Reply(piece, reply.buttons if last else (), (), reply.sources if last else ()))


def content(reply: Reply) -> Content:
    """`m.notice` is how a bot speaks: other bots don't answer it."""
    return {
        "msgtype": "m.notice",
        "body": render_plain(reply),
        "format": "org.matrix.custom.html",
        "formatted_body": render_html(reply),
        "m.mentions": {},
    }


def replacement(event_id: str, new: Content) -> Content:
    """The same message with other words (Matrix 1.11, "Event replacements")."""
    return {
        **new,
        "body": f"* {new['body']}",
        "formatted_body": f"* {new['formatted_body']}",
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def transaction(key: str, part: str) -> str:
    """The homeserver takes one event for each of these, however often it is sent."""
    return hashlib.sha256(f"{key} {part}".encode("utf-8", "replace")).hexdigest()[:40]
