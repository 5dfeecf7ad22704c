"""Telegram's chats and topics as addresses of conversations."""

from __future__ import annotations

import msgspec

from botcore.types import Address

CHANNEL = "telegram"


class Place(msgspec.Struct, frozen=True):
    """A chat, or one topic of a forum."""

    chat: int
    thread: int | None = None

    @property
    def private(self) -> bool:
        """Persons have positive ids, groups negative ones."""
        return self.chat > 0

    @property
    def address(self) -> Address:
        return Address(CHANNEL, f"{self.chat}:{self.thread}" if self.thread else str(self.chat))

    @classmethod
    def of(cls, address: Address) -> Place | None:
        """None for an address that no chat of Telegram can have."""
        chat, _, thread = address.chat.partition(":")
        try:
            return cls(int(chat), int(thread) if thread else None)
        except ValueError:
            return None


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
        return Place(self._now.get(place.chat, place.chat), place.thread)

    def first(self, chat: int) -> int:
        """The id by which the conversation is known."""
        return self._first.get(chat, chat)
