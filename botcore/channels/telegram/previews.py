"""What a person sees while the bot is at it: "typing", and the answer as it grows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec
import structlog

from botcore.channels.telegram.failures import TelegramFailure
from botcore.channels.telegram.growth import WATCH_SECONDS, Growth, Line
from botcore.channels.telegram.places import Place
from botcore.errors import StoreError
from botcore.types import Address, Outgoing

log = structlog.get_logger()

TYPING_SECONDS = 4.5
"""Telegram shows it for five."""


class Happening(Protocol):
    """An event of a live stream; `delivery.base.LiveEvent` is one."""

    @property
    def type(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


class Watcher(Protocol):
    """The part of a live stream that a channel needs; `delivery.base.Live` is one."""

    def follow(self, address: Address, after: str = "") -> AsyncIterator[Happening | None]:
        """Events after the one with this id, `$` for new ones only; None now and then where nothing comes."""

    async def stop(self, address: Address) -> None:
        """Ask for the end of the answer that is being written there. No-op where none is."""


class Expected(msgspec.Struct, frozen=True):
    """An answer that is to come."""

    stop_label: str = ""
    """Of the button under it while it grows."""
    grows: bool = True
    """Not where it takes the place of an earlier one."""


class Watch:
    """Follows one conversation while answers are expected. `over(self)` is called when it ends."""

    def __init__(self, line: Line, place: Place, watcher: Watcher, over: Callable[[Watch], None]) -> None:
        self._line = line
        self._place = place
        self._expected: dict[str, Expected] = {}
        """By the ids of the events whose turns have not ended."""
        self._until = 0.0
        self._growths: dict[str, Growth] = {}
        self._finished: set[str] = set()
        """Keys whose final text is out; deltas that come later are old."""
        self._typing: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._follow(watcher), name=f"telegram watch {place.address}")
        self._task.add_done_callback(lambda task: over(self))

    def expect(self, event_id: str, expected: Expected) -> None:
        self._expected[event_id] = expected
        self._until = time.monotonic() + WATCH_SECONDS

    def settle(self, event_id: str) -> bool:
        """The turn has ended. Whether it was the last one."""
        self._expected.pop(event_id, None)
        return not self._expected

    async def finish(self, key: str) -> int:
        """End the preview of this message, and give its id; 0 where there is none."""
        self._finished.add(key)
        growth = self._growths.pop(key, None)
        return await growth.finish() if growth else 0

    async def _follow(self, watcher: Watcher) -> None:
        try:
            async for happening in watcher.follow(self._place.address, "$"):
                if time.monotonic() > self._until:
                    return
                if happening is not None and happening.type in {"typing", "delta"}:
                    self._type()
                    if happening.type == "delta":
                        self._grow(happening.data)
        except StoreError as error:
            log.warning("a live stream broke off; its answer comes without a preview", reason=str(error))

    def _grow(self, data: Mapping[str, Any]) -> None:
        key, text, offset = data.get("id"), data.get("text"), data.get("offset", 0)
        if not isinstance(key, str) or not isinstance(text, str) or not isinstance(offset, int):
            return
        expected = self._expected.get(str(data.get("in_reply_to")), Expected())
        if key in self._finished or not expected.grows:
            return
        if key not in self._growths:
            self._growths[key] = Growth(self._line, self._place, key, expected.stop_label)
        self._growths[key].add(offset, text)

    def _type(self) -> None:
        if self._typing is None or self._typing.done():
            self._typing = asyncio.create_task(self._keep_typing(), name="telegram typing")

    async def _keep_typing(self) -> None:
        give_up = time.monotonic() + WATCH_SECONDS
        with suppress(TelegramFailure):
            while time.monotonic() < give_up:
                thread = self._place.thread
                await self._line.call(
                    "sendChatAction", self._place, action="typing", message_thread_id=thread
                )
                await asyncio.sleep(TYPING_SECONDS)

    def rest(self) -> None:
        """The bot has said something: no typing until it is at it again."""
        if self._typing:
            self._typing.cancel()

    async def drop_stumps(self) -> None:
        """All turns have ended: a preview that none of their messages took is of an answer that was never given."""
        while self._growths:
            _, growth = self._growths.popitem()
            message = await growth.finish()
            if message:
                with suppress(TelegramFailure):
                    await self._line.call("deleteMessage", self._place, message_id=message)

    async def aclose(self) -> None:
        self.rest()
        self._task.cancel()
        for growth in list(self._growths.values()):
            await growth.finish()
        await asyncio.gather(*(task for task in (self._task, self._typing) if task), return_exceptions=True)


class Previews:
    """The watches of one process. Without a watcher nothing is shown before the final text."""

    def __init__(self, line: Line, watcher: Watcher | None) -> None:
        self._line = line
        self._watcher = watcher
        self._watches: dict[Address, Watch] = {}

    def begin(self, place: Place, event_id: str, expected: Expected) -> None:
        """An answer to this event is expected from now on."""
        if self._watcher is None:
            return
        watch = self._watches.get(place.address)
        if watch is None:
            watch = Watch(self._line, place, self._watcher, lambda ended: self._forget(place.address, ended))
            self._watches[place.address] = watch
        watch.expect(event_id, expected)

    async def stop(self, place: Place) -> bool:
        """Ask for the end of the answer that is being written. Whether one was expected here. Raises StoreError."""
        if self._watcher is None:
            return False
        await self._watcher.stop(place.address)
        return place.address in self._watches

    def _forget(self, address: Address, ended: Watch) -> None:
        if self._watches.get(address) is ended:
            del self._watches[address]

    async def finish(self, outgoing: Outgoing) -> int:
        """The final text comes now: end its preview. Gives the id of the message to put it into, or 0."""
        watch = self._watches.get(outgoing.address)
        return await watch.finish(outgoing.key) if watch else 0

    async def ended(self, outgoing: Outgoing) -> None:
        """The message is out. After the last one of the last turn nobody watches any more."""
        watch = self._watches.get(outgoing.address)
        if watch is None:
            return
        watch.rest()
        if outgoing.summary is not None and watch.settle(outgoing.in_reply_to):
            self._forget(outgoing.address, watch)
            await watch.drop_stumps()
            await watch.aclose()

    async def dropped(self, place: Place, event_id: str) -> None:
        """No answer is to be expected after all."""
        watch = self._watches.get(place.address)
        if watch and watch.settle(event_id):
            self._forget(place.address, watch)
            await watch.aclose()

    async def aclose(self) -> None:
        for address, watch in list(self._watches.items()):
            self._forget(address, watch)
            await watch.aclose()
