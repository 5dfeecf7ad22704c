"""Takes messages from the outbox and gives them to their channels, in order within a conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count

import msgspec
import structlog

from botcore.delivery.base import Outbox, Parcel
from botcore.delivery.pace import MemoryPace, Pace
from botcore.delivery.queue import LEASE_SECONDS
from botcore.errors import ChannelError, StoreError
from botcore.stores.outage import Outage
from botcore.types import Address, Outgoing, Rate, Reply

log = structlog.get_logger()

Send = Callable[[Outgoing], Awaitable[None]]
Rates = Callable[[Address], Sequence[Rate]]

GIVE_UP_SECONDS = 86_400.0
"""A channel may be away for a day; then what it did not take is too old to say."""
TRIES = 5
"""Sends that fail in a way that no channel should, before the message is given up."""
LONGEST_PAUSE = 30.0
HEARTBEAT_SECONDS = 0.5
OUTSIDE = 256
"""Sends under way to a service, some of which wait since it wants no call about their chats now."""
HELD = 1000
"""Messages in hand at most, with those that wait for their time."""


class Pass(msgspec.Struct):
    """A parcel in hand. Mutable, since it is renewed."""

    parcel: Parcel
    renewed: float
    """When the store last knew that it is in these hands, on this process's clock."""

    @property
    def name(self) -> tuple[Address, str]:
        return self.parcel.address, self.parcel.entry


class Sender:
    """`run()` until `stop()`. Conversations are served side by side, `concurrency` of them at the same time; those that
    wait, for a retry or for what `rates` allow, don't count.

    This is the one place where a send is tried again: for a day, at most 30 s apart, or when the service says.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Send],
        *,
        pace: Pace | None = None,
        rates: Rates | None = None,
        concurrency: int = 64,
        wait: float = 0.5,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._pace = pace or MemoryPace()
        self._rates = rates
        self._most = HELD if rates else concurrency
        self._busy = asyncio.Semaphore(concurrency)
        self._wait = wait
        self._lease = lease
        self._sending: dict[asyncio.Task[None], Pass] = {}
        self._in_hand: set[tuple[Address, str]] = set()
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
            free = self._most - len(self._sending)
            if not free:
                self._freed.clear()
                await self._freed.wait()
                continue
            asked = time.monotonic()
            try:
                parcels = await self._outbox.claim(list(self._channels), free, self._wait)
            except StoreError as error:
                self._away.met(error)
                await asyncio.sleep(0.2)
                continue
            self._away.over()
            await self._take(parcels, asked)

    async def _take(self, parcels: Sequence[Parcel], asked: float) -> None:
        """Begin to send; what comes while the sender stops goes back."""
        if not self._stopping:
            for parcel in parcels:
                self._begin(Pass(parcel, asked))
            return
        try:
            await asyncio.gather(*(self._outbox.retry(parcel) for parcel in parcels))
        except StoreError as error:
            log.warning("messages could not be given back; others take them after a lease", error=str(error))

    def _begin(self, held: Pass) -> None:
        if held.name in self._in_hand:
            return  # after a pause longer than a lease it was claimed from this very sender
        self._in_hand.add(held.name)
        task = asyncio.create_task(self._deliver(held), name=f"send {held.parcel.address}")
        self._sending[task] = held
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(self._sending.pop(task).name)
        self._freed.set()
        if not task.cancelled() and task.exception():
            log.error("a message could not be sent; it will be taken up again", exc_info=task.exception())

    async def _deliver(self, held: Pass) -> None:
        parcel = held.parcel
        if parcel.outgoing is None:
            log.error("an outgoing message can't be read: a dead letter", conversation=str(parcel.address))
        else:
            await self._send(held, parcel.outgoing)
        await self._outbox.done(parcel)

    async def _send(self, held: Pass, outgoing: Outgoing) -> None:
        """Returns once the message was sent, can't ever be, or is another sender's."""
        send = self._channels[outgoing.address.channel]
        if self._rates:
            await self._in_time(outgoing, self._rates(outgoing.address))
        for attempt in count(1):
            retry_after = 0.0
            try:
                async with self._busy:
                    if time.monotonic() - held.renewed >= self._lease and not await self._renew([held]):
                        log.warning("another sender has this message; it is let go", key=outgoing.key)
                        return
                    await send(outgoing)
            except (ChannelError, StoreError) as error:
                said = str(error)
                hopeless = time.time() - outgoing.at > GIVE_UP_SECONDS
                retry_after = error.retry_after if isinstance(error, ChannelError) else 0.0
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
            await asyncio.sleep(retry_after or min(LONGEST_PAUSE, 0.1 * 2**attempt))

    async def _in_time(self, outgoing: Outgoing, rates: Sequence[Rate]) -> None:
        """Wait for what the service allows. A store that is away must not keep a message back: then it goes at once."""
        messages = _messages(outgoing.reply)
        if rates and messages:
            with suppress(StoreError):
                await asyncio.sleep(await self._pace.book(rates, messages))

    async def _renew(self, held: Sequence[Pass]) -> bool:
        """Whether all of them are still ours: one that the store has not heard of for a lease may have been sent by another.

        Raises StoreError.
        """
        asked = time.monotonic()
        lost = await self._outbox.heartbeat([one.parcel for one in held])
        for one in held:
            if one.parcel not in lost:
                one.renewed = asked
        return not lost

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._renew(list(self._sending.values()))
                self._mute.over()
            except StoreError as error:
                self._mute.met(error)


def _messages(reply: Reply) -> int:
    """How many a service is going to count, as far as that can be told from here."""
    return len(reply.attachments) + bool(reply.text or reply.buttons or reply.sources)
