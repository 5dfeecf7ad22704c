"""Interactions that wait for their answer: acknowledged at once, and open for fifteen minutes, restarts included."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from botcore.channels.base import ShownMessages
from botcore.channels.discord.library import discord
from botcore.errors import StoreError
from botcore.types import Address

log = structlog.get_logger()

OPEN_SECONDS = 14.5 * 60
"""A little less than the 15 minutes of Discord."""
ACKNOWLEDGE_SECONDS = 4.0
"""After which an acknowledgement of which nothing was heard is too late anyway."""
MOST_OPEN = 10_000
MARK = "i"
"""Begins the id of an event that came by an interaction; other ids are Discord's numbers."""


class Open:
    """An interaction whose token still answers. The first answer to a command replaces its "is thinking"."""

    def __init__(
        self,
        event_id: str,
        address: Address,
        token: str,
        application: int,
        *,
        loading: bool,
        private: bool,
        on_server: bool,
        at: float,
        answered_by: str = "",
    ) -> None:
        self.event_id = event_id
        self.address = address
        self.token = token
        self.application = application
        self.loading = loading
        """Something stands there as "is thinking"."""
        self.private = private
        """Only who asked sees the answers."""
        self.on_server = on_server
        self.at = at
        self.answered_by = answered_by
        """Key of the message that stands in the place of "is thinking"."""
        self._acknowledged: asyncio.Future[bool] | None = None

    def acknowledge(self, work: Coroutine[Any, Any, bool]) -> None:
        self._acknowledged = asyncio.create_task(work, name="discord acknowledge")

    def promise(self) -> asyncio.Future[bool]:
        """For an acknowledgement that goes out by somebody else's hands."""
        self._acknowledged = asyncio.get_running_loop().create_future()
        return self._acknowledged

    async def acknowledged(self) -> bool:
        """Whether Discord took the acknowledgement. Answers must wait for it."""
        if self._acknowledged is None:
            return True
        done, _ = await asyncio.wait({self._acknowledged}, timeout=ACKNOWLEDGE_SECONDS)
        return bool(done) and self._acknowledged.result()

    @property
    def expired(self) -> bool:
        return time.time() - self.at > OPEN_SECONDS

    def webhook(self, client: discord.Client) -> discord.Webhook:
        """By which its token answers, as discord.py's own interactions do it."""
        data: Any = {"type": 3, "id": self.application, "token": self.token}
        return discord.Webhook.from_state(data, client._connection)

    def kept(self) -> Sequence[str]:
        """See `_restored`."""
        how = (
            "loading" if self.loading else "",
            "private" if self.private else "",
            "server" if self.on_server else "",
        )
        return (str(self.application), self.token, str(self.at), *how, self.answered_by)


def _restored(event_id: str, address: Address, kept: Sequence[str]) -> Open | None:
    try:
        application, token, at, loading, private, on_server, answered_by = kept
        return Open(
            event_id,
            address,
            token,
            int(application),
            loading=bool(loading),
            private=bool(private),
            on_server=bool(on_server),
            at=float(at),
            answered_by=answered_by,
        )
    except ValueError:  # of another version
        return None


class OpenInteractions:
    """By the id of their event: in memory, and beside what was shown, where a restart finds them."""

    def __init__(self, shown: ShownMessages | None) -> None:
        self._shown = shown
        self._open: OrderedDict[str, Open] = OrderedDict()

    def add(self, opened: Open) -> None:
        self._prune()
        self._open[opened.event_id] = opened

    def known(self, event_id: str) -> Open | None:
        """One that came to this process."""
        self._prune()
        return self._open.get(event_id)

    async def find(self, address: Address, event_id: str) -> Open | None:
        """One that came to this process, or to one before it."""
        opened = self.known(event_id)
        if opened or self._shown is None or not event_id.startswith(MARK):
            return opened
        opened = _restored(event_id, address, await self._shown.of(address, _key(event_id)))
        if opened is None or opened.expired:
            return None
        self.add(opened)
        return opened

    async def keep(self, opened: Open) -> None:
        """Let it outlive this process. Without the store it is answered by an ordinary message after a restart."""
        if self._shown is None:
            return
        try:
            await self._shown.keep(opened.address, _key(opened.event_id), opened.kept())
        except StoreError as error:
            log.warning("an interaction is known to this process only", reason=str(error))

    async def place_for(self, opened: Open, key: str) -> bool:
        """Whether the message `key` belongs in the place of "is thinking"; from then on that place is its own."""
        if not opened.loading or opened.answered_by not in {"", key} or not await opened.acknowledged():
            return False
        if not opened.answered_by:
            opened.answered_by = key
            await self.keep(opened)
        return True

    def _prune(self) -> None:
        while self._open:
            first = next(iter(self._open.values()))
            if not first.expired and len(self._open) < MOST_OPEN:
                return
            self._open.popitem(last=False)


def _key(event_id: str) -> str:
    return f"interaction:{event_id}"
