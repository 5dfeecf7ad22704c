"""Repeats a call until Telegram has taken it, without being impatient."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from botcore.channels.telegram.failures import (
    Flooded,
    Migrated,
    Refused,
    TelegramFailure,
    Uncertain,
    Unreached,
)
from botcore.channels.telegram.options import TelegramOptions
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.windows import Windows

log = structlog.get_logger()


class Patience:
    def __init__(self, options: TelegramOptions, windows: Windows, moves: Moves) -> None:
        self._options = options
        self._windows = windows
        self._moves = moves

    async def until_done(
        self,
        place: Place,
        call: Callable[[Place], Awaitable[Any]],
    ) -> Any:
        """What `call` answers, which is told where the place is now, and asked again where its outcome is unknown.

        Raises Refused and Closed at once, other failures after `patience_seconds`.
        """
        give_up = time.monotonic() + self._options.patience_seconds
        wait = self._options.backoff_seconds
        while True:
            now = self._moves.now(place)
            try:
                return await self._windows.call(now.chat, partial(call, now))
            except Flooded:
                continue
            except Migrated as migrated:
                if now.chat == migrated.chat:
                    raise Refused(str(migrated)) from migrated
                self._moves.learn(place.chat, migrated.chat)
                continue
            except (Uncertain, Unreached) as failure:
                _check(failure, give_up)
            await asyncio.sleep(wait)
            wait = min(2 * wait, 30 * self._options.backoff_seconds)


def _check(failure: TelegramFailure, give_up: float) -> None:
    if time.monotonic() > give_up:
        raise failure
