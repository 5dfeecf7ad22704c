"""Takes messages from the outbox and gives them to their channels, in order within a conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count

import structlog

from botcore.delivery.base import Outbox, Parcel
from botcore.errors import ChannelError, StoreError
from botcore.stores.outage import Outage
from botcore.types import Outgoing

log = structlog.get_logger()

Send = Callable[[Outgoing], Awaitable[None]]

GIVE_UP_SECONDS = 86_400.0
"""A channel may be away for a day; then what it did not take is too old to say."""
TRIES = 5
"""Sends that fail in a way that no channel should, before the message is given up."""
LONGEST_PAUSE = 30.0
HEARTBEAT_SECONDS = 0.5


class Sender:
    """`run()` until `stop()`. Conversations are served side by side."""

    def __init__(
        self, outbox: Outbox, channels: Mapping[str, Send], *, concurrency: int = 64, wait: float = 0.5
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._concurrency = concurrency
        self._wait = wait
        self._sending: dict[asyncio.Task[None], Parcel] = {}
        self._freed = asyncio.Event()
        self._stopping = False
        self._away = Outage("no messages can be taken from the outbox")
        self._mute = Outage("sends can't be kept from others")
        self.given_up = 0
        """Messages that no try could deliver."""

    async def run(self) -> None:
        heartbeat = asyncio.create_task(self._beat(), name="sender heartbeat")
        try:
            await self._claim_parcels()
            while self._sending:  # whose leases are kept until they have ended
                await asyncio.wait(list(self._sending))
        finally:
            heartbeat.cancel()

    async def stop(self, grace: float = 5.0) -> None:
        """Claim nothing more; sends in flight finish within `grace` seconds, or are tried again later."""
        self._stopping = True
        self._freed.set()
        if self._sending:
            await asyncio.wait(list(self._sending), timeout=grace)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*list(self._sending), return_exceptions=True)

    async def _claim_parcels(self) -> None:
        while not self._stopping:
            free = self._concurrency - len(self._sending)
            if not free:
                self._freed.clear()
                await self._freed.wait()
                continue
            try:
                parcels = await self._outbox.claim(list(self._channels), free, self._wait)
            except StoreError as error:
                self._away.met(error)
                await asyncio.sleep(0.2)
                continue
            self._away.over()
            await self._take(parcels)

    async def _take(self, parcels: Sequence[Parcel]) -> None:
        """Begin to send; what comes while the sender stops goes back."""
        if not self._stopping:
            for parcel in parcels:
                self._begin(parcel)
            return
        try:
            await asyncio.gather(*(self._outbox.retry(parcel) for parcel in parcels))
        except StoreError as error:
            log.warning("messages could not be given back; others take them after a lease", error=str(error))

    def _begin(self, parcel: Parcel) -> None:
        task = asyncio.create_task(self._deliver(parcel), name=f"send {parcel.address}")
        self._sending[task] = parcel
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._sending[task]
        self._freed.set()
        if not task.cancelled() and task.exception():
            log.error("a message could not be sent; it will be taken up again", exc_info=task.exception())

    async def _deliver(self, parcel: Parcel) -> None:
        if parcel.outgoing is None:
            log.error("an outgoing message can't be read: a dead letter", conversation=str(parcel.address))
        else:
            await self._send(parcel.outgoing)
        await self._outbox.done(parcel)

    async def _send(self, outgoing: Outgoing) -> None:
        """Returns once the message was sent or can't ever be."""
        send = self._channels[outgoing.address.channel]
        for attempt in count(1):
            try:
                await send(outgoing)
            except (ChannelError, StoreError) as error:
                said = str(error)
                hopeless = time.time() - outgoing.at > GIVE_UP_SECONDS
            except Exception as error:  # an adapter's mistake must not hold up the conversation for ever
                said = f"{type(error).__name__}: {error}"
                hopeless = attempt >= TRIES
            else:
                return
            log.warning("a message was not delivered", key=outgoing.key, attempt=attempt, error=said)
            if hopeless:
                self.given_up += 1
                log.error("a message is given up", key=outgoing.key, error=said)
                return
            await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**attempt))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._outbox.heartbeat(list(self._sending.values()))
                self._mute.over()
            except StoreError as error:
                self._mute.met(error)
