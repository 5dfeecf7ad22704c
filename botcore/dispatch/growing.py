"""Publishes a growing answer to those who watch: in batches, so that a fast model doesn't flood them."""

from __future__ import annotations

import time

from botcore.conversation import clean_text
from botcore.delivery.base import Live
from botcore.types import Address

BATCH_SECONDS = 0.05
"""Pieces are gathered this long; the first one goes out at once."""


class Growing:
    """The text so far, and what of it has been published.

    Each delta names its `offset` in UTF-16 units (JavaScript's measure), so that a client that watches a turn
    being done again after a crash writes over what it had, and never shows a part twice.
    """

    def __init__(self, live: Live, address: Address, key: str, in_reply_to: str) -> None:
        self._live = live
        self._address = address
        self.key = key
        self._in_reply_to = in_reply_to
        self._pieces: list[str] = []
        self._published = 0
        self._offset = 0
        self._last = float("-inf")

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    async def add(self, piece: str) -> None:
        """Take the next piece, and publish what has gathered if it is time."""
        self._pieces.append(piece)
        if time.monotonic() - self._last >= BATCH_SECONDS:
            await self._publish()

    async def _publish(self) -> None:
        text = clean_text("".join(self._pieces[self._published :]))
        data = {"id": self.key, "text": text, "offset": self._offset, "in_reply_to": self._in_reply_to}
        self._published = len(self._pieces)
        self._offset += len(text.encode("utf-16-le")) // 2
        self._last = time.monotonic()
        await self._live.publish(self._address, "delta", data)
