"""Which chat is whose: the first one of a person is private, every further one a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from botcore.testing.scenes.base import Seat

P = TypeVar("P")


class Seats(Generic[P]):
    """Places of the service by the name of their chat."""

    def __init__(self, private: Callable[[str], P], group: Callable[[str], P]) -> None:
        self._private = private
        self._group = group
        self._places: dict[str, P] = {}
        self._owners: dict[str, str] = {}
        """Name of a private chat -> its person."""

    def place(self, seat: Seat, *, together: bool = False) -> P:
        """A new chat is a group, too, if it should be `together`. Raises ValueError for a second person in a private
        chat."""
        owner = self._owners.get(seat.chat, seat.person)
        if owner != seat.person:
            raise ValueError(
                f"{seat.chat!r} is {owner}'s private chat: give {seat.person} another one, such as chat='team'"
            )
        if seat.chat not in self._places:
            alone = not together and seat.person not in self._owners.values()
            if alone:
                self._owners[seat.chat] = seat.person
            self._places[seat.chat] = (self._private if alone else self._group)(
                seat.person if alone else seat.chat
            )
        return self._places[seat.chat]

    def is_private(self, chat: str) -> bool:
        return chat in self._owners

    def known(self, chat: str) -> P | None:
        """None for a chat where nobody has spoken."""
        return self._places.get(chat)
