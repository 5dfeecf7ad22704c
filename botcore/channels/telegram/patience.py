"""Repeats a call until Telegram has taken it, without being impatient, and without doing it three times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
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

REPEATS = 1
"""Of one message whose fate is unknown."""


class Uncertainty(msgspec.Struct):
    """Unknown outcomes of one message. Mutable, since it counts."""

    times: int = 0


class Patience:
    def __init__(self, options: TelegramOptions, windows: Windows, moves: Moves) -> None:
        self._options = options
        self._windows = windows
        self._moves = moves
        self.uncertain = 0
        """Sends whose outcome is unknown, since the start."""

    async def until_done(
        self,
        place: Place,
        call: Callable[[Place], Awaitable[Any]],
        uncertainty: Uncertainty | None = None,
    ) -> Any:
        """What Telegram answers; None where that got lost, and the message may not be repeated any more.

        `call` is told where the place is now. Without `uncertainty` it may be repeated at will. Raises Refused and
        Closed at once, other failures after `patience_seconds`.
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
            except Uncertain as failure:
                if uncertainty and self._repeated_enough(place, uncertainty, failure):
                    return None
                _check(failure, give_up)
            except Unreached as failure:
                _check(failure, give_up)
            await asyncio.sleep(wait)
            wait = min(2 * wait, 30 * self._options.backoff_seconds)

    def _repeated_enough(self, place: Place, uncertainty: Uncertainty, failure: Uncertain) -> bool:
        self.uncertain += 1
        uncertainty.times += 1
        log.warning("it is unknown whether a message arrived", chat=place.chat, reason=str(failure))
        return uncertainty.times > REPEATS


def _check(failure: TelegramFailure, give_up: float) -> None:
    if time.monotonic() > give_up:
        raise failure
