"""What was shown of each message: with a store it outlives the process, without one this process remembers."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from botcore.channels.base import ShownMessages
from botcore.channels.telegram.places import Place
from botcore.channels.telegram.recent import Recent
from botcore.errors import StoreError
from botcore.types import Address

log = structlog.get_logger()

PREVIEW = "p"
"""Before the id of a message that shows an answer which is not whole yet."""
UNKNOWN = ""
"""In place of an id that Telegram's lost answer would have told."""


class RecentlyShown(ShownMessages):
    """The newest of one process."""

    def __init__(self) -> None:
        self._ids: Recent[tuple[str, ...]] = Recent()
        self._keys: Recent[str] = Recent()

    async def keep(self, address: Address, key: str, ids: Sequence[str]) -> None:
        self._ids.put(f"{address} {key}", tuple(ids))
        for id in filter(None, ids):
            self._keys.put(f"{address} {id}", key)

    async def of(self, address: Address, key: str) -> tuple[str, ...]:
        return self._ids.get(f"{address} {key}") or ()

    async def key_of(self, address: Address, id: str) -> str:
        return self._keys.get(f"{address} {id}") or ""


class Shown:
    """The record in Telegram's terms."""

    def __init__(self, record: ShownMessages | None) -> None:
        self._record = record or RecentlyShown()

    async def keep(self, place: Place, key: str, ids: Sequence[str]) -> None:
        """A store that is away is no reason to send again what was sent."""
        try:
            await self._record.keep(place.address, key, ids)
            if place.thread:  # a reaction does not tell the topic
                await self._record.keep(place.whole.address, key, ids)
        except StoreError as error:
            log.warning("what was shown could not be kept", key=key, reason=str(error))

    async def of(self, place: Place, key: str) -> tuple[str, ...]:
        """Raises StoreError."""
        return await self._record.of(place.address, key)

    async def found(self, place: Place, message_id: int) -> tuple[str, Address]:
        """Key and conversation of the message with this id; an empty key where it is not known. Raises StoreError."""
        key = await self._record.key_of(place.address, str(message_id))
        conversation = key.rsplit(":", 2)[0] if key.count(":") >= 3 else ""
        topic = Place.of(Address.parse(conversation)) if conversation else None
        return key, topic.address if topic and topic.whole == place else place.address
