"""Shows that the bot is at it: "is typing", and answers that grow by edits while they are made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import structlog

from botcore.channels.discord.posting import Undeliverable
from botcore.errors import BotcoreError, ChannelError
from botcore.types import Address

log = structlog.get_logger()

TYPING_SECONDS = 8.0
"""Discord shows "is typing" for ten."""
FIRST_TYPING_SECONDS = 0.2
LONGEST_TYPING = 180.0
FIRST_PREVIEW_SECONDS = 0.8
EDIT_SECONDS = 1.4
"""Between edits, so that of five in five seconds one is left for the finished answer."""
MOST_WATCHED = 1000
LONGEST_PREVIEW = 1900
IN_FLIGHT_SECONDS = 6.0
"""How long a finished answer waits for its last preview; then its nonce keeps the two from standing there both."""


class LiveEvent(Protocol):
    """What happens in a conversation; `delivery.base.LiveEvent` is one."""

    @property
    def type(self) -> str: ...

    @property
    def data(self) -> dict[str, Any]: ...


class Follower(Protocol):
    """The part of a live stream that previews need; `delivery.base.Live` is one."""

    def follow(self, address: Address, after: str = "") -> AsyncIterator[LiveEvent | None]: ...

    async def stop(self, address: Address) -> None: ...


ShowTyping = Callable[[str], Awaitable[None]]
ShowPreview = Callable[[Address, str, str, str, int], Awaitable[int]]
"""Address, key, id of the event, text, id of the preview so far; gives the id of the preview."""


class Growing:
    """An answer that is being made: its text so far, by pieces that say where they belong."""

    def __init__(self, key: str, event_id: str) -> None:
        self.key = key
        self.event_id = event_id
        self.text = ""
        self.began = time.monotonic()
        self.complete = True
        """False once a piece was missed: then there is nothing to show."""
        self.message_id = 0
        self.shown = ""
        self.finished = False
        self.showing = asyncio.Lock()

    def add(self, piece: str, offset: int) -> None:
        """`offset` counts UTF-16 units; a piece may write over what was there."""
        units = self.text.encode("utf-16-le")
        self.complete = self.complete and offset * 2 <= len(units)
        self.text = units[: offset * 2].decode("utf-16-le", "replace") + piece


class Watching:
    """One conversation while a turn is under way."""

    def __init__(self, address: Address, live: Follower, typing: ShowTyping, preview: ShowPreview) -> None:
        self._address = address
        self._live = live
        self._typing = typing
        self._preview = preview
        self.events: set[str] = set()
        self._growing: dict[str, Growing] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._typing_since = time.monotonic()

    def begin(self) -> None:
        self._tasks = [
            asyncio.create_task(self._follow(), name=f"discord watch {self._address}"),
            asyncio.create_task(self._keep_typing(), name="discord typing"),
        ]

    @property
    def over(self) -> bool:
        """Whether it has stopped listening, since the turn took too long or the stream broke off."""
        return self._tasks[0].done()

    async def _follow(self) -> None:
        with suppress(BotcoreError, TimeoutError):
            async with asyncio.timeout(LONGEST_TYPING):
                async for event in self._live.follow(self._address, "$"):
                    if event is not None:
                        self._hear(event)

    def _hear(self, event: LiveEvent) -> None:
        if event.type == "delta" and event.data.get("in_reply_to") in self.events:
            key = str(event.data["id"])
            growing = self._growing.get(key)
            if growing is None:
                growing = self._growing[key] = Growing(key, str(event.data["in_reply_to"]))
                self._tasks.append(asyncio.create_task(self._grow(growing), name="discord preview"))
            growing.add(str(event.data["text"]), int(event.data.get("offset", 0)))

    async def _keep_typing(self) -> None:
        """What is answered at once needs none, and would pay for it with a request."""
        await asyncio.sleep(FIRST_TYPING_SECONDS)
        while time.monotonic() - self._typing_since < LONGEST_TYPING and not self._growing:
            with suppress(ChannelError, Undeliverable):
                await self._typing(self._address.chat)
            await asyncio.sleep(TYPING_SECONDS)

    async def _grow(self, growing: Growing) -> None:
        await asyncio.sleep(FIRST_PREVIEW_SECONDS)
        while growing.complete and not growing.finished:
            try:
                async with growing.showing:
                    await self._show(growing)
            except (ChannelError, Undeliverable) as error:
                log.info("a preview is given up; the answer will come whole", reason=str(error))
                return
            await asyncio.sleep(EDIT_SECONDS)

    async def _show(self, growing: Growing) -> None:
        text = growing.text[:LONGEST_PREVIEW].strip()
        if text and text != growing.shown and not growing.finished:
            growing.message_id = await self._preview(
                self._address, growing.key, growing.event_id, text, growing.message_id
            )
            growing.shown = text

    async def finished(self, key: str) -> int:
        """See `Previews.finished`."""
        growing = self._growing.pop(key, None)
        if growing is None:
            return 0
        growing.finished = True
        with suppress(TimeoutError):
            async with asyncio.timeout(IN_FLIGHT_SECONDS), growing.showing:
                pass
        return growing.message_id

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Previews:
    """All conversations that are being watched. Without a live stream nothing is shown before the answer."""

    def __init__(self, live: Follower | None, typing: ShowTyping, preview: ShowPreview) -> None:
        self._live = live
        self._typing = typing
        self._preview = preview
        self._watching: dict[Address, Watching] = {}

    def begin(self, address: Address, event_id: str) -> None:
        """A turn will come for this event."""
        if len(self._watching) >= MOST_WATCHED:
            self._watching = {address: one for address, one in self._watching.items() if not one.over}
        if self._live is None or len(self._watching) >= MOST_WATCHED:
            return
        watching = self._watching.get(address)
        if watching is None or watching.over:
            watching = self._watching[address] = Watching(address, self._live, self._typing, self._preview)
            watching.begin()
        watching.events.add(event_id)

    async def finished(self, address: Address, key: str) -> int:
        """No more previews of this answer; the id of the message that shows it, or 0."""
        watching = self._watching.get(address)
        return await watching.finished(key) if watching else 0

    async def end(self, address: Address, event_id: str) -> None:
        """The turn of this event is over. No-op for one that is not watched."""
        watching = self._watching.get(address)
        if watching is None:
            return
        watching.events.discard(event_id)
        if not watching.events:
            del self._watching[address]
            await watching.end()

    async def aclose(self) -> None:
        watching, self._watching = list(self._watching.values()), {}
        await asyncio.gather(*(one.end() for one in watching))
