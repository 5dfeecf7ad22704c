"""Reads a room's events as what people say to the bot. Source: the Matrix client-server API 1.11, "Instant Messaging"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from botcore import Address, Attachment, Event, Message, Person

NAME = "matrix"
_FALLBACK = re.compile(r"(?:> .*\n)+\n?")
"""The quoted message that older apps put before an answer."""
_COMMAND = re.compile(r"!(?=[A-Za-z][A-Za-z0-9_]*(?:\s|$))")
_FILES = {"m.image", "m.file", "m.audio", "m.video"}

Json = Mapping[str, Any]


class Me:
    """The bot's own account. Mutable: it learns which messages are its own."""

    def __init__(self, user: str, display_name: str) -> None:
        self.user = user
        self.names = {user, user[1:].partition(":")[0], display_name} - {""}
        self.said: Collection[str] = ()
        """Ids of events that the bot has sent lately."""


def heard(event: Json, room: str, me: Me, *, private: bool, sender_name: str = "") -> Event | None:
    """What a room event says to the bot; None where it says nothing to it."""
    content = event.get("content")
    if (
        event.get("type") != "m.room.message"
        or event.get("sender") == me.user
        or not isinstance(content, dict)
    ):
        return None
    kind, relation = content.get("msgtype"), content.get("m.relates_to") or {}
    if kind not in {"m.text", "m.emote", *_FILES} or relation.get("rel_type") == "m.replace":
        return None  # notices are other bots; a changed message was answered as it was
    answered = (relation.get("m.in_reply_to") or {}).get("event_id", "")
    body = str(content.get("body", ""))
    text = _FALLBACK.sub("", body, count=1) if answered else body
    addressed, text = _addressed(text, content, me)
    if not (private or addressed or answered in me.said):
        return None
    attachments: tuple[Attachment, ...] = ()
    if kind in _FILES:
        attachments, text = (
            (_attachment(content),),
            str(content.get("body", "")) if content.get("filename") else "",
        )
    return Message(
        id=str(event["event_id"]),
        address=Address(NAME, room),
        person=Person(str(event["sender"]), sender_name or str(event["sender"])),
        at=float(event.get("origin_server_ts", 0)) / 1000,
        text=_COMMAND.sub("/", text, count=1) if text.startswith("!") else text,
        attachments=attachments,
    )


def _addressed(text: str, content: Json, me: Me) -> tuple[bool, str]:
    """Whether the bot is named, and what is said without its name in front."""
    mentioned = me.user in ((content.get("m.mentions") or {}).get("user_ids") or ())
    for name in sorted(me.names, key=len, reverse=True):
        begins = re.match(rf"@?{re.escape(name)}\s*[:,]?(?:\s+|$)", text, re.IGNORECASE)
        if begins:
            return True, text[begins.end() :]
    return mentioned or me.user in text, text


def _attachment(content: Json) -> Attachment:
    """By name and type; its bytes stay on the homeserver, behind the `mxc:` address."""
    info = content.get("info") or {}
    return Attachment(
        name=str(content.get("filename") or content.get("body") or "file"),
        media_type=str(info.get("mimetype") or "application/octet-stream"),
        url=str(content.get("url") or ""),
    )
