"""Tells everybody in this process who listens that something is up in a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from botcore.types import Address


class Signal:
    """Every listener hears what is told from its first `async for` on."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Address]] = set()

    def tell(self, address: Address) -> None:
        for queue in self._listeners:
            queue.put_nowait(address)

    async def heard(self) -> AsyncIterator[Address]:
        queue: asyncio.Queue[Address] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)
