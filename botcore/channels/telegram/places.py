"""Telegram's chats, topics and business accounts as addresses of conversations."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from botcore.types import Address

CHANNEL = "telegram"

_CHAT = re.compile(
    r"(?P<chat>-?\d{1,19})(?::(?P<thread>\d{1,19})?(?::(?P<business>[\w=-]{1,200}))?)?", re.ASCII
)


class Place(msgspec.Struct, frozen=True):
    """A chat, one topic of a forum, or a customer's chat with a business account that the bot answers for.

    As an address: `chat`, `chat:topic` or `chat::business`.
    """

    chat: int
    thread: int | None = None
    business: str = ""
    """Id of the business connection."""

    @property
    def private(self) -> bool:
        """Persons have positive ids, groups negative ones."""
        return self.chat > 0

    @property
    def address(self) -> Address:
        if self.business:
            return Address(CHANNEL, f"{self.chat}::{self.business}")
        return Address(CHANNEL, f"{self.chat}:{self.thread}" if self.thread else str(self.chat))

    @property
    def whole(self) -> Place:
        """The chat without its topics."""
        return Place(self.chat, None, self.business)

    def as_parameters(self) -> dict[str, Any]:
        """Of a call about this chat; most calls want the topic too."""
        return {"chat_id": self.chat, **({"business_connection_id": self.business} if self.business else {})}

    @classmethod
    def of(cls, address: Address) -> Place | None:
        """None for an address that no chat of Telegram can have."""
        found = _CHAT.fullmatch(address.chat)
        if found is None:
            return None
        thread = found["thread"]
        return cls(int(found["chat"]), int(thread) if thread else None, found["business"] or "")


class Moves:
    """Groups that have become supergroups: the conversation keeps its first address."""

    def __init__(self) -> None:
        self._now: dict[int, int] = {}
        self._first: dict[int, int] = {}

    def learn(self, old: int, new: int) -> None:
        first = self._first.get(old, old)
        self._now[first] = new
        self._first[new] = first

    def now(self, place: Place) -> Place:
        """Where to send to."""
        return msgspec.structs.replace(place, chat=self._now.get(place.chat, place.chat))

    def first(self, chat: int) -> int:
        """The id by which the conversation is known."""
        return self._first.get(chat, chat)
