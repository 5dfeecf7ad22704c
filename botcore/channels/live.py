"""Channels whose people watch a live stream: the web, the terminal, clients of the OpenAI-compatible API."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from botcore.channels.base import Channel
from botcore.types import Address, Attachment, Outgoing, Reply

INLINE_BYTES = 1024 * 1024
"""Largest attachment that travels inside an event, before base64."""


class Publisher(Protocol):
    """The part of a live stream that a channel needs; `delivery.base.Live` is one."""

    async def publish(self, address: Address, type: Any, data: dict[str, Any], *, key: str = "") -> None:
        """Append an event. With a `key`, a second event of that key is a no-op."""


def too_large(attachment: Attachment) -> str:
    """What the person reads instead of a file that can't be shown."""
    megabytes = len(attachment.data) / 1_000_000
    return f"({attachment.name}, {megabytes:.1f} MB, is too large to be shown here: at most 1 MB.)"


class LiveChannel(Channel):
    """Shows a message by publishing it, and says when the turn is over.

    A turn ends with the event `state` `{"status": "idle", "in_reply_to"}`. With `tells_summary` it carries what the
    bot made of the message too; that is for the terminal and for programs, not for visitors.
    """

    def __init__(
        self,
        name: str,
        publisher: Publisher,
        *,
        tells_summary: bool = False,
        too_large: Callable[[Attachment], str] = too_large,
    ) -> None:
        self.name = name
        self._publisher = publisher
        self._tells_summary = tells_summary
        self._too_large = too_large

    async def send(self, outgoing: Outgoing) -> None:
        if _has_content(outgoing.reply):
            data = self._message(outgoing)
            await self._publisher.publish(outgoing.address, "message", data, key=outgoing.key)
        if outgoing.summary is not None:
            data = {"status": "idle", "in_reply_to": outgoing.in_reply_to}
            if self._tells_summary:
                data["summary"] = msgspec.to_builtins(outgoing.summary)
            await self._publisher.publish(outgoing.address, "state", data, key=f"{outgoing.key}:end")

    def _message(self, outgoing: Outgoing) -> dict[str, Any]:
        reply = outgoing.reply
        shown = [attachment for attachment in reply.attachments if len(attachment.data) <= INLINE_BYTES]
        refused = [self._too_large(one) for one in reply.attachments if len(one.data) > INLINE_BYTES]
        return {
            "id": outgoing.key,
            "text": "\n\n".join(text for text in (reply.text, *refused) if text),
            "role": outgoing.role,
            "in_reply_to": outgoing.in_reply_to,
            "buttons": list(reply.buttons),
            "attachments": [_inline(attachment) for attachment in shown],
            "sources": [
                {"title": source.title, "uri": source.uri, "snippet": source.snippet, "score": source.score}
                for source in reply.sources
            ],
            "incomplete": outgoing.incomplete,
            **({"replaces": outgoing.replaces} if outgoing.replaces else {}),
            "at": outgoing.at,
        }


def _has_content(reply: Reply) -> bool:
    return bool(reply.text or reply.buttons or reply.attachments or reply.sources)


def _inline(attachment: Attachment) -> dict[str, str]:
    url = attachment.url
    if attachment.data:
        url = f"data:{attachment.media_type};base64,{base64.b64encode(attachment.data).decode('ascii')}"
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "url": url,
        "alt": attachment.alt,
    }
