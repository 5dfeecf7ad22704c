"""Hands events to the intake, and tells the person where it takes none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from botcore.channels.base import Intake
from botcore.channels.discord.notices import Say, language_of
from botcore.errors import BotcoreError, MailboxFull, RateLimited, StoreFull, StoreUnavailable
from botcore.types import Address, AnyEvent

log = structlog.get_logger()

Tell = Callable[[str], Awaitable[None]]
STORE_NOTICE_SECONDS = 30.0
MOST_TOLD = 10_000


class Accepting:
    """The gateway can't be asked to repeat an event, so one is held while the store is away."""

    def __init__(self, intake: Intake, say: Say, store_patience: float) -> None:
        self._intake = intake
        self._say = say
        self._store_patience = store_patience
        self._told: dict[Address, float] = {}
        """Until when an address knows that nothing is taken."""

    async def take(self, event: AnyEvent, tell: Tell, *, always_tell: bool = False) -> bool:
        """Whether the event is durable. If not, the person was told: once for each wait, or always."""
        try:
            await self._offer(event)
        except BotcoreError as error:
            await self._refuse(event, error, tell, always_tell)
            return False
        return True

    async def _offer(self, event: AnyEvent) -> None:
        patience, wait = time.monotonic() + self._store_patience, 0.1
        while True:
            try:
                await self._intake(event, limit_key=f"discord:{event.person.id}")
            except StoreUnavailable:
                if time.monotonic() + wait > patience:
                    raise
                await asyncio.sleep(wait)
                wait = min(5.0, wait * 2)
            else:
                return

    async def _refuse(self, event: AnyEvent, error: BotcoreError, tell: Tell, always_tell: bool) -> None:
        key, seconds = _reason(error)
        now = time.monotonic()
        knows = self._told.get(event.address, 0.0) > now
        log.warning("a message is not taken", conversation=str(event.address), reason=str(error))
        if knows and not always_tell:
            return
        if len(self._told) >= MOST_TOLD:
            self._told = {address: until for address, until in self._told.items() if until > now}
        self._told[event.address] = now + seconds
        await tell(self._say(language_of(event), key, seconds=max(1, round(seconds))))


def _reason(error: BotcoreError) -> tuple[str, float]:
    if isinstance(error, RateLimited):
        return "rate_limited", error.retry_after
    if isinstance(error, MailboxFull):
        return "mailbox_full", error.retry_after
    key = "store_full" if isinstance(error, StoreFull) else "store_unavailable"
    return key, STORE_NOTICE_SECONDS
