"""Which messages the bot has heard lately, since Discord tells of a deletion only the message's number."""

from __future__ import annotations

from collections import OrderedDict

from botcore.types import Address, Person

MOST = 20_000


class Recent:
    """By message; the oldest are forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._heard: OrderedDict[int, tuple[Address, Person]] = OrderedDict()

    def note(self, message: int, address: Address, person: Person) -> None:
        self._heard[message] = address, person
        self._heard.move_to_end(message)
        if len(self._heard) > self._most:
            self._heard.popitem(last=False)

    def of(self, message: int) -> tuple[Address, Person] | None:
        return self._heard.get(message)

    def take(self, message: int) -> tuple[Address, Person] | None:
        """And forget it."""
        return self._heard.pop(message, None)
