"""Small things that the channel says by itself: notices, and answers to pressed buttons. Nobody waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from typing import Any

import structlog

from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import TelegramFailure
from botcore.channels.telegram.incoming import Deed, Incoming
from botcore.channels.telegram.places import Moves
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.windows import Windows

log = structlog.get_logger()

NOTICE_SECONDS = 5.0
"""At least so long between two refusals that one person is told."""
MOST = 1_000
"""Calls that may be under way at the same time; further ones are left out."""
CAPTION_OF_PRESS = 200
"""Characters of the notice that answers a press (Bot API, "answerCallbackQuery")."""


class Aside:
    """What becomes of these calls is only logged: they are not worth a second try."""

    def __init__(self, api: Api, windows: Windows, moves: Moves) -> None:
        self._api = api
        self._windows = windows
        self._moves = moves
        self._told: Recent[float] = Recent()
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, deed: Deed, text: str) -> None:
        """By the pressed button where there is one, else as a message."""
        if isinstance(deed, Incoming) and deed.press:
            self.answer_press(deed, text)
            return
        place = self._moves.now(deed.place)
        about = {**place.as_parameters(), "message_thread_id": place.thread, "text": text}
        self._begin(self._windows.call_if_open(place.chat, lambda: self._api.call("sendMessage", **about)))

    def refuse(self, deed: Deed, text: str, retry_after: float) -> None:
        """Like `tell`, but who sends too much hears it now and then only."""
        pressed = isinstance(deed, Incoming) and deed.press
        key, now = f"{deed.place.address} {deed.person.id}", time.monotonic()
        if pressed or now >= (self._told.get(key) or 0.0):
            self._told.put(key, now + max(NOTICE_SECONDS, retry_after))
            self.tell(deed, text)

    def answer_press(self, incoming: Incoming, text: str = "") -> None:
        """Until it is answered, the person's button shows a clock. No-op where nothing was pressed."""
        if incoming.press:
            shown = text[:CAPTION_OF_PRESS] or None
            self._begin(self._api.call("answerCallbackQuery", callback_query_id=incoming.press, text=shown))

    def _begin(self, call: Coroutine[Any, Any, Any]) -> None:
        if len(self._tasks) >= MOST:
            call.close()
            log.warning("a notice is left out, since too many are under way")
            return
        task = asyncio.create_task(_logged(call), name="telegram notice")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _logged(call: Awaitable[Any]) -> None:
    try:
        await call
    except TelegramFailure as failure:
        log.warning("a notice did not arrive", reason=str(failure))
