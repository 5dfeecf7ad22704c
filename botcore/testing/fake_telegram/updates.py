"""The updates that wait for the bot: by long poll, or sent to its webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import aiohttp

from botcore.testing.fake_telegram.faults import Refused

ON_REQUEST = {"message_reaction", "message_reaction_count", "chat_member"}
HELD_BACK = 0.05
"""Seconds before an update that the webhook did not take is sent again."""


class Updates:
    """What has happened and is not confirmed yet."""

    def __init__(self, *, first_id: int = 500_001) -> None:
        self._ids = count(first_id)
        self.waiting: list[dict[str, Any]] = []
        self.confirmed = 0
        """The highest id that the bot has confirmed."""
        self.webhook_url = ""
        self._allowed: set[str] | None = None
        """Kinds that the bot wants to hear of; None is all but those that want to be asked for."""
        self._secret = ""
        self.changed = asyncio.Condition()
        """Notified of everything that happens here, and of every call."""
        self._poll = 0
        """Number of the newest getUpdates; an older one that still waits is ended with a conflict."""
        self._deliverer: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.webhook_answers: list[int] = []
        """Status of every answer of the webhook; 0 where there was none."""

    def push(self, update: dict[str, Any]) -> int:
        """Add what happened; gives its id, unless it brings one along. 0 where the bot does not want that kind."""
        kinds = set(update) - {"update_id"}
        if (self._allowed is None and kinds & ON_REQUEST) or (self._allowed and not kinds & self._allowed):
            return 0
        number = int(update.get("update_id") or next(self._ids))
        self.waiting.append({"update_id": number, **update})
        self._wake()
        return number

    def push_raw(self, update: Any) -> None:
        """Add something that the real server would never send."""
        self.waiting.append(update)
        self._wake()

    async def get(self, *, offset: int, limit: int, timeout: float) -> list[Any]:
        """A long poll. Confirms everything below `offset`. A newer poll ends this one with 409."""
        if self.webhook_url:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        self._poll += 1
        mine = self._poll
        self._confirm(offset)
        await self.notify()
        try:
            async with asyncio.timeout(timeout), self.changed:
                await self.changed.wait_for(lambda: bool(self.waiting) or self._poll != mine)
        except TimeoutError:
            pass
        if self._poll != mine:
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self.waiting[:limit]

    def _confirm(self, offset: int) -> None:
        self.confirmed = max(self.confirmed, offset - 1)
        self.waiting = [one for one in self.waiting if _id(one) >= offset]

    def allow(self, kinds: Sequence[str] | None) -> None:
        """What the bot wants to hear of from now on; None leaves it as it was."""
        if kinds is not None:
            self._allowed = set(kinds) or None

    def set_webhook(self, url: str, secret: str) -> None:
        self.webhook_url, self._secret = url, secret
        if self._deliverer:
            self._deliverer.cancel()
            self._deliverer = None
        if url:
            self._deliverer = asyncio.create_task(self._deliver(url), name="fake telegram webhook")

    async def _deliver(self, url: str) -> None:
        """One after another, as often as it takes."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                async with self.changed:
                    await self.changed.wait_for(lambda: bool(self.waiting))
                status = await _post(session, url, self.waiting[0])
                self.webhook_answers.append(status)
                if 200 <= status < 300:
                    self._confirm(_id(self.waiting[0]) + 1)
                    await self.notify()
                else:
                    await asyncio.sleep(HELD_BACK)

    async def close(self) -> None:
        tasks = [*self._tasks, *([self._deliverer] if self._deliverer else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _wake(self) -> None:
        task = asyncio.ensure_future(self.notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _post(session: aiohttp.ClientSession, url: str, update: Any) -> int:
    try:
        async with session.post(url, json=update) as response:
            return response.status
    except aiohttp.ClientError:
        return 0


def _id(update: Any) -> int:
    """Telegram itself knows an update's id whatever it sent; here a spoilt one goes with the first offset."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else 0
