"""Asks Telegram for what has happened, and lets it forget an update only when the bot has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import (
    Conflicted,
    Flooded,
    Refused,
    Revoked,
    TelegramFailure,
    Uncertain,
)
from botcore.channels.telegram.options import TelegramOptions
from botcore.channels.telegram.updates import WANTED, number_of
from botcore.errors import StoreError

log = structlog.get_logger()

SILENT_SECONDS = 30.0
"""A poll may be late by so much before the channel counts as unwell."""
LOOK_SECONDS = 0.1
"""Between polls while an update is under way."""

Take = Callable[[object], Awaitable[None]]
"""Gives one raw update to the bot. Returns once it is durable, or is none of its business; raises StoreError."""

_ADVICE = {
    Revoked: "Telegram does not know telegram.token: get a valid one from @BotFather",
    Conflicted: "another program polls with telegram.token: stop it, or give this bot a token of its own",
}


class Health:
    """How the way to Telegram is. Says every kind of trouble once, and its end."""

    def __init__(self, allowed_silence: float) -> None:
        self._allowed_silence = allowed_silence
        self._last_success = time.monotonic()
        self._trouble = ""
        self._said: type[TelegramFailure] | None = None

    def well(self) -> None:
        self._last_success = time.monotonic()
        if self._said:
            log.info("Telegram answers again")
        self._trouble, self._said = "", None

    def unwell(self, failure: TelegramFailure) -> None:
        self._trouble = _ADVICE.get(type(failure)) or f"Telegram can't be reached: {failure}"
        if self._said is not type(failure):
            self._said = type(failure)
            log.warning("no updates from Telegram; trying again", reason=self._trouble)

    def report(self) -> str:
        """Empty while all is well; else a sentence with the remedy."""
        silence = time.monotonic() - self._last_success
        if self._trouble or silence <= self._allowed_silence:
            return self._trouble
        return f"the last answer to a poll came {silence:.0f} s ago: see the log, and restart the bot"


class Retries:
    """How long to wait before the next try."""

    def __init__(self, options: TelegramOptions) -> None:
        self._options = options
        self._failed = 0

    def reset(self) -> None:
        self._failed = 0

    def after(self, failure: TelegramFailure) -> float:
        """Seconds. Exactly what Telegram asks for; slow where only an operator can help; else doubling."""
        if isinstance(failure, Flooded):
            return failure.seconds
        if isinstance(failure, Revoked | Conflicted | Refused):
            return self._options.slow_seconds
        self._failed += 1
        return self._options.backoff_seconds * min(30.0, 2.0 ** min(self._failed - 1, 10))


class Polling:
    """`run()` until cancelled.

    Updates that need a while (files, albums that are still coming in, a store that is away) hold the offset, so that
    Telegram keeps them and all that came after them; the poll goes on meanwhile, and passes over what is under way.
    """

    def __init__(self, api: Api, options: TelegramOptions, health: Health, take: Take) -> None:
        self._api = api
        self._options = options
        self._health = health
        self._take = take
        self._retries = Retries(options)
        self._next = 0
        """Behind the newest update."""
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._durable: set[int] = set()
        """Not acknowledged yet, so that they will come again."""

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    updates = await self._poll()
                except TelegramFailure as failure:
                    self._health.unwell(failure)
                    await asyncio.sleep(self._retries.after(failure))
                else:
                    self._health.well()
                    await self._go_on(updates, group)

    @property
    def _offset(self) -> int:
        return min(self._under_way, default=self._next)

    async def _poll(self) -> Sequence[object]:
        seconds, offset = 0 if self._under_way else self._options.poll_seconds, self._offset
        self._durable = {number for number in self._durable if number >= offset}
        updates = await self._api.call(
            "getUpdates",
            patience=seconds,
            timeout=seconds,
            offset=offset or None,
            allowed_updates=WANTED,
        )
        if not isinstance(updates, list):
            raise Refused("what came was no list of updates.")
        return updates

    async def _go_on(self, updates: Sequence[object], group: asyncio.TaskGroup) -> None:
        fresh = [update for update in updates if not self._is_known(number_of(update))]
        began = [self._begin(update, group) for update in fresh]
        if began or self._under_way:
            timeout = LOOK_SECONDS if fresh else self._look_again()
            await asyncio.wait(began or list(self._under_way.values()), timeout=timeout)
        if fresh and not any(number_of(update) for update in fresh):
            # Nothing to acknowledge them by: they will come again.
            await asyncio.sleep(self._retries.after(Uncertain("updates without ids")))
        elif fresh:
            self._retries.reset()

    def _look_again(self) -> float:
        """Telegram has nothing new besides what is under way: look less and less often, up to every 2 s."""
        return min(2.0, LOOK_SECONDS + self._retries.after(Uncertain("under way")))

    def _is_known(self, number: int | None) -> bool:
        return number is not None and (number in self._under_way or number in self._durable)

    def _begin(self, update: object, group: asyncio.TaskGroup) -> asyncio.Task[None]:
        number = number_of(update)
        task = group.create_task(self._taken(update), name="telegram update")
        if number is not None:
            self._under_way[number] = task
            self._next = max(self._next, number + 1)
            task.add_done_callback(lambda done: self._ended(number, done))
        return task

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return  # the bot stops; it comes again
        del self._under_way[number]
        self._durable.add(number)

    async def _taken(self, update: object) -> None:
        wait = self._options.backoff_seconds
        while True:
            try:
                await self._take(update)
            except StoreError as error:
                log.warning("an update is kept back until the store takes it", reason=str(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, 5.0)
            else:
                return
