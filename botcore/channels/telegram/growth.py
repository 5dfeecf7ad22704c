"""One answer as it grows, before it is whole.

In a private chat it is a draft, which vanishes by itself; elsewhere it is a message that is edited, has a button that ends it,
and becomes the final one. It is given up at the first refusal: the final text is what counts.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from typing import Any

import msgspec
import structlog

from botcore.channels.telegram.api import Api, message_id_of
from botcore.channels.telegram.buttons import stop_keyboard
from botcore.channels.telegram.failures import TelegramFailure
from botcore.channels.telegram.items import first_text
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.shown import PREVIEW, Shown
from botcore.channels.telegram.windows import Windows

log = structlog.get_logger()

WATCH_SECONDS = 300.0
"""After which nobody expects an answer any more."""
WIDER = 1.25
WIDEST = 5.0
"""Each gap between edits is longer than the one before, up to so many times the first: a group takes about 20 messages and
edits in a minute."""


class Line(msgspec.Struct, frozen=True):
    """What previews need of the way to Telegram."""

    api: Api
    windows: Windows
    moves: Moves
    shown: Shown
    edit_seconds: float
    drafts: bool

    async def call(self, method: str, place: Place, **parameters: Any) -> Any:
        """None where the chat wants no call now. Raises TelegramFailure."""
        now = self.moves.now(place)
        return await self.windows.call_if_open(
            now.chat, lambda: self.api.call(method, **now.as_parameters(), **parameters)
        )


class Growth:
    """One answer that grows. `finish()` gives the id of its message, and nothing is shown after that."""

    def __init__(self, line: Line, place: Place, key: str, stop_label: str) -> None:
        self._line = line
        self._place = place
        self._key = key
        self._keyboard = stop_keyboard(stop_label) if stop_label else None
        self._as_draft = line.drafts and place.private and not place.business
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
        if not self._as_draft:
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
        call, place, thread = self._line.call, self._place, self._place.thread
        if self._as_draft:
            done = await call(
                "sendMessageDraft", place, draft_id=self._draft, message_thread_id=thread, **content
            )
        elif self._message:
            done = await call(
                "editMessageText", place, message_id=self._message, reply_markup=self._keyboard, **content
            )
        else:
            done = await call(
                "sendMessage", place, message_thread_id=thread, reply_markup=self._keyboard, **content
            )
            self._message = message_id_of(done)
            if self._message:
                await self._line.shown.keep(place, self._key, [f"{PREVIEW}{self._message}"])
        if done is not None:
            self._shown = part.text
