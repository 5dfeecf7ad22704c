"""What a person sees while the bot is at it: "typing", and the answer as it grows.

In a private chat the growing answer is a draft, which vanishes by itself; elsewhere it is a message that is edited, and
that becomes the final one. A preview is given up at the first refusal: the final text is what counts.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec
import structlog

from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import Flooded, TelegramFailure
from botcore.channels.telegram.items import first_text
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.windows import Windows
from botcore.errors import StoreError
from botcore.types import Address, Outgoing

log = structlog.get_logger()

TYPING_SECONDS = 4.5
"""Telegram shows it for five."""
WATCH_SECONDS = 300.0
"""After which nobody expects an answer any more."""
WIDER = 1.25
WIDEST = 5.0
"""Each gap between edits is longer than the one before, up to so many times the first: a group takes about 20 messages and
edits in a minute."""


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


class Line(msgspec.Struct, frozen=True):
    """What previews need of the way to Telegram."""

    api: Api
    windows: Windows
    moves: Moves
    edit_seconds: float

    async def call(self, method: str, place: Place, **parameters: Any) -> Any:
        """None where the chat wants no call now. Raises TelegramFailure."""
        now = self.moves.now(place)
        if not self.windows.is_open(now.chat):
            return None
        try:
            return await self.api.call(method, chat_id=now.chat, **parameters)
        except Flooded as flooded:
            self.windows.shut(now.chat, flooded.seconds)
            raise


class Growth:
    """One answer that grows. `finish()` gives the id of its message, and nothing is shown after that."""

    def __init__(self, line: Line, place: Place, key: str) -> None:
        self._line = line
        self._place = place
        self._draft = zlib.crc32(key.encode("utf-8", "replace")) or 1
        self._text = b""
        """In UTF-16, since offsets are counted in its units."""
        self._shown = ""
        self._message = 0
        self._showing = asyncio.Lock()
        self._task = asyncio.create_task(self._show(), name=f"telegram preview {place.address}")

    def add(self, offset: int, text: str) -> None:
        """A turn that is done again begins at 0 again, and writes over what was there."""
        self._text = self._text[: 2 * max(0, offset)] + text.encode("utf-16-le", "replace")

    async def finish(self) -> int:
        """0 where there is no message. A call that is under way is waited for."""
        async with self._showing:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self._message

    async def _show(self) -> None:
        gap, give_up = self._line.edit_seconds, time.monotonic() + WATCH_SECONDS
        if not self._place.private:
            await asyncio.sleep(gap)  # a quick answer needs no preview
        try:
            while time.monotonic() < give_up:
                async with self._showing:
                    await self._refresh()
                await asyncio.sleep(gap)
                gap = min(gap * WIDER, WIDEST * self._line.edit_seconds)
        except TelegramFailure as failure:
            log.info("a preview is given up", conversation=str(self._place.address), reason=str(failure))

    async def _refresh(self) -> None:
        part = first_text(self._text.decode("utf-16-le", "replace"))
        if part is None or part.text == self._shown:
            return
        content = {
            "text": part.text,
            "entities": [msgspec.to_builtins(entity) for entity in part.entities] or None,
        }
        call, place = self._line.call, self._place
        if place.private:
            thread = place.thread
            done = await call(
                "sendMessageDraft", place, draft_id=self._draft, message_thread_id=thread, **content
            )
        elif self._message:
            done = await call("editMessageText", place, message_id=self._message, **content)
        else:
            done = await call("sendMessage", place, message_thread_id=place.thread, **content)
            self._message = _message_id(done)
        if done is not None:
            self._shown = part.text


class Watch:
    """Follows one conversation while answers are expected. `over(self)` is called when it ends."""

    def __init__(self, line: Line, place: Place, watcher: Watcher, over: Callable[[Watch], None]) -> None:
        self._line = line
        self._place = place
        self._expected: set[str] = set()
        """Ids of the events whose turns have not ended."""
        self._until = 0.0
        self._growths: dict[str, Growth] = {}
        self._finished: set[str] = set()
        """Keys whose final text is out; deltas that come later are old."""
        self._typing: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._follow(watcher), name=f"telegram watch {place.address}")
        self._task.add_done_callback(lambda task: over(self))

    def expect(self, event_id: str) -> None:
        self._expected.add(event_id)
        self._until = time.monotonic() + WATCH_SECONDS

    def settle(self, event_id: str) -> bool:
        """The turn has ended. Whether it was the last one."""
        self._expected.discard(event_id)
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
        if key in self._finished:
            return
        if key not in self._growths:
            self._growths[key] = Growth(self._line, self._place, key)
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

    def begin(self, place: Place, event_id: str) -> None:
        """An answer to this event is expected from now on."""
        if self._watcher is None:
            return
        watch = self._watches.get(place.address)
        if watch is None:
            watch = Watch(self._line, place, self._watcher, lambda ended: self._forget(place.address, ended))
            self._watches[place.address] = watch
        watch.expect(event_id)

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


def _message_id(sent: Any) -> int:
    number = sent.get("message_id") if isinstance(sent, dict) else None
    return number if isinstance(number, int) else 0
