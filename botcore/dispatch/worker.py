"""Claims turns, lets them be handled, and commits what they decided."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from botcore.delivery.base import Claim, Inbox, Live
from botcore.dispatch.turn import Turn
from botcore.errors import BotcoreError, StoreError
from botcore.types import Address

log = structlog.get_logger()

Handle = Callable[[Turn], Awaitable[None]]

MAX_TRIES = 3
"""Workers that may die over one turn before it goes to the dead letters."""
HEARTBEAT_SECONDS = 0.5
TYPING_SECONDS = 0.25
"""A turn that takes longer shows the person that the bot is at it."""


class Worker:
    """Many conversations at once, each in order. `run()` until cancelled; then `stop()` lets turns finish."""

    def __init__(
        self, inbox: Inbox, live: Live, handle: Handle, *, concurrency: int = 64, wait: float = 0.5
    ) -> None:
        self._inbox = inbox
        self._live = live
        self._handle = handle
        self._concurrency = concurrency
        self._wait = wait
        self._turns: dict[asyncio.Task[None], Claim] = {}
        self._answering: dict[Address, Turn] = {}
        self._freed = asyncio.Event()
        self._stopping = False
        self.handled = 0
        """Turns committed since the start."""

    async def run(self) -> None:
        """Work until `stop()` is called."""
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(self._beat(), name="worker heartbeat"),
                group.create_task(self._listen(), name="worker stops"),
            ]
            await self._claim_turns()
            for helper in helpers:
                helper.cancel()

    async def stop(self, grace: float = 10.0) -> None:
        """Claim nothing more; turns in flight finish within `grace` seconds, or go back undone."""
        self._stopping = True
        self._freed.set()
        if self._turns:
            await asyncio.wait(list(self._turns), timeout=grace)
        for task in list(self._turns):
            task.cancel()
        await asyncio.gather(*list(self._turns), return_exceptions=True)

    async def _claim_turns(self) -> None:
        while not self._stopping:
            free = self._concurrency - len(self._turns)
            if not free:
                self._freed.clear()
                await self._freed.wait()
                continue
            try:
                claims = await self._inbox.claim(free, self._wait)
            except StoreError as error:
                log.warning("no turns can be claimed; trying again", error=str(error))
                await asyncio.sleep(0.2)
                continue
            for claim in claims:
                self._begin(claim)

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._turn(claim), name=f"turn {claim.address}")
        self._turns[task] = claim
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._turns[task]
        self._freed.set()
        if not task.cancelled() and task.exception():
            log.error("a turn could not be finished; it will be taken up again", exc_info=task.exception())

    async def _turn(self, claim: Claim) -> None:
        if claim.event is None or claim.tries > MAX_TRIES:
            reason = claim.fault or f"its worker died {MAX_TRIES} times"
            log.error("a message goes to the dead letters", conversation=str(claim.address), reason=reason)
            await self._inbox.bury(claim, reason)
            return
        turn = Turn(claim, claim.event, self._live)
        with structlog.contextvars.bound_contextvars(trace_id=turn.trace_id, conversation=str(claim.address)):
            try:
                await self._handled(turn)
                if await self._inbox.commit(claim, turn.as_commit()):
                    self.handled += 1
                else:
                    log.warning("another worker has taken this turn over; ours is dropped")
            except asyncio.CancelledError:
                with suppress(StoreError):
                    await self._inbox.release(claim)
                raise

    async def _handled(self, turn: Turn) -> None:
        address = turn.event.address
        self._answering[address] = turn
        turn.task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        typing = loop.call_later(TYPING_SECONDS, lambda: loop.create_task(self._show_typing(address)))
        try:
            await self._handle(turn)
        finally:
            typing.cancel()
            turn.task = None
            self._answering.pop(address, None)

    async def _show_typing(self, address: Address) -> None:
        with suppress(BotcoreError):
            await self._live.publish(address, "typing", {"on": True})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._inbox.heartbeat(list(self._turns.values()))
            except StoreError as error:
                log.warning("heartbeat failed", error=str(error))

    async def _listen(self) -> None:
        async for address in self._live.stops():
            turn = self._answering.get(address)
            if turn:
                turn.stop()
