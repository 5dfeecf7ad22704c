"""Gathers the messages of an album, which Telegram brings one by one, into one."""

from __future__ import annotations

import asyncio

import msgspec

from botcore.channels.telegram.incoming import Incoming
from botcore.errors import StoreError, StoreUnavailable

MOST = 10
"""Telegram's own bound on an album."""


class Gathering:
    """One album that is coming in. Whoever opened it waits for the others, and hands it on; the others wait for that."""

    def __init__(self, first: Incoming) -> None:
        self.members = [first]
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """What became of it: done once it is durable."""
        self._came = asyncio.Event()

    def add(self, member: Incoming) -> None:
        if all(one.id != member.id for one in self.members):
            self.members.append(member)
            self._came.set()

    def fail(self, error: Exception) -> None:
        """It could not be handed on; StoreError lets all of its messages come again. No-op after `end`."""
        if not self.over.done():
            self.over.set_exception(error if isinstance(error, StoreError) else StoreUnavailable(str(error)))
            self.over.exception()  # perhaps nobody else waits for it

    def end(self) -> None:
        """It is durable."""
        self.over.set_result(None)

    async def quiet(self, seconds: float) -> None:
        """Until nothing more has come for so long, or it is full."""
        while len(self.members) < MOST:
            self._came.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._came.wait()
            except TimeoutError:
                return

    def whole(self) -> Incoming:
        """As one message, in the order in which it was sent; its id is that of the first."""
        members = sorted(self.members, key=lambda one: one.message_id)
        texts = [one.text for one in members if one.text.strip()]
        return msgspec.structs.replace(
            members[0],
            text="\n".join(texts),
            files=[file for one in members for file in one.files],
            meant=any(one.meant for one in members),
        )


class Albums:
    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Gathering] = {}

    def join(self, incoming: Incoming) -> tuple[Gathering, bool]:
        """The album of this message, and whether the message opened it."""
        key = (str(incoming.place.address), incoming.album)
        known = self._open.get(key)
        if known:
            known.add(incoming)
            return known, False
        self._open[key] = Gathering(incoming)
        return self._open[key], True

    def close(self, incoming: Incoming) -> None:
        """No more join: what comes later opens another one."""
        self._open.pop((str(incoming.place.address), incoming.album), None)
