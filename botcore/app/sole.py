"""A channel that allows one connection: only the gateway that holds its lease hears and speaks on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from botcore.channels.base import Channel, Intake
from botcore.delivery.base import Outbox
from botcore.delivery.lease import LEASE_SECONDS, Lease, while_held
from botcore.delivery.pace import Pace
from botcore.delivery.sender import OUTSIDE, Sender


class SoleChannel:
    """`run()` until `stop()`. Other gateways stand by, and take over within 4 s when this one dies."""

    def __init__(
        self,
        channel: Channel,
        lease: Lease,
        open_outbox: Callable[[], Outbox],
        *,
        pace: Pace | None = None,
        seconds: float = LEASE_SECONDS,
    ) -> None:
        self._channel = channel
        self._lease = lease
        self._open_outbox = open_outbox
        self._pace = pace
        self._seconds = seconds
        self._running: asyncio.Task[None] | None = None
        self._stopping = False
        self.holding = False
        """Whether this process has the connection."""
        self.given_up = 0
        """Messages that no try could deliver."""

    async def run(self, intake: Intake) -> None:
        self._running = asyncio.ensure_future(
            while_held(
                self._lease,
                f"channel:{self._channel.name}",
                lambda token: self._serve(intake),
                seconds=self._seconds,
            )
        )
        await asyncio.gather(self._running, return_exceptions=True)

    async def stop(self) -> None:
        """Messages in flight still go out; then the lease is let go."""
        self._stopping = True
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _serve(self, intake: Intake) -> None:
        # An outbox of its own: what this one had in hand goes to the next holder after a lease.
        channel = self._channel
        sender = Sender(
            self._open_outbox(),
            {channel.name: channel.send},
            pace=self._pace,
            rates=channel.rates,
            concurrency=OUTSIDE,
        )
        sending = asyncio.create_task(sender.run(), name=f"{self._channel.name} sender")
        hearing = asyncio.create_task(self._channel.run(intake), name=self._channel.name)
        self.holding = True
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.holding = False
            if not self._stopping:
                hearing.cancel()  # at once, since another one connects
            await sender.stop()
            hearing.cancel()
            outcomes = await asyncio.gather(sending, hearing, return_exceptions=True)
            self.given_up += sender.given_up
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
