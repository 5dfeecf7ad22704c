"""Claims turns, lets them be handled, and commits what they decided."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from botcore.conversation import reference
from botcore.delivery.base import Claim, Commit, Inbox, Live
from botcore.dispatch.choices import meant
from botcore.dispatch.farewell import farewell
from botcore.dispatch.outcome import commit_of
from botcore.dispatch.turn import Turn, turn_name
from botcore.errors import BotcoreError, StoreError, StoreFull, StoreUnavailable
from botcore.i18n.texts import Catalog, core_catalog
from botcore.stores.outage import Outage
from botcore.types import Address, AnyEvent, Deleted, Edited, Message

log = structlog.get_logger()

Handle = Callable[[Turn], Awaitable[None]]

MAX_TRIES = 3
"""Workers that may die over one turn before it goes to the dead letters."""
HEARTBEAT_SECONDS = 0.5
SUSPECTS_SECONDS = 0.05
"""Pause after last tries were given back, so that claiming them again is no busy loop."""
ALL = 100_000
"""More than any mailbox holds."""
MISTAKE_PAUSE = 1.0
"""Seconds after an error that nobody has thought of."""
COMMIT_SECONDS, COMMIT_PAUSE = 60.0, 0.2
"""How long an answer is held while the store does not take it, and the pause between two tries."""
TYPING_SECONDS = 0.25
"""A turn that takes longer shows the person that the bot is at it."""


class Worker:
    """Many conversations at once, each in order. `run()` until cancelled; then `stop()` lets turns finish."""

    def __init__(
        self,
        inbox: Inbox,
        live: Live,
        handle: Handle,
        *,
        texts: Catalog | None = None,
        concurrency: int = 64,
        wait: float = 0.5,
    ) -> None:
        self._inbox = inbox
        self._live = live
        self._handle = handle
        self._texts = texts or core_catalog()
        self._concurrency = concurrency
        self._wait = wait
        self._turns: dict[asyncio.Task[None], Claim] = {}
        self._answering: dict[Address, Turn] = {}
        self._freed = asyncio.Event()
        self._stopping = False
        self._away = Outage("no turns can be claimed")
        self._mute = Outage("turns can't be kept from others")
        self.handled = 0
        """Turns committed since the start."""
        self.buried = 0
        """Events given up since the start."""

    async def run(self) -> None:
        """Work until `stop()` is called."""
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(self._beat(), name="worker heartbeat"),
                group.create_task(self._listen(), name="worker stops"),
                group.create_task(self._heed_changes(), name="worker changes"),
            ]
            await self._claim_turns()
            while self._turns:  # whose leases are kept until they have ended
                await asyncio.wait(list(self._turns))
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
                self._away.met(error)
                await asyncio.sleep(0.2)
                continue
            except Exception:  # a mistake of ours must not leave the bot deaf until somebody restarts it
                log.exception("turns could not be claimed; trying again")
                await asyncio.sleep(MISTAKE_PAUSE)
                continue
            self._away.over()
            await self._take(claims)

    async def _take(self, claims: Sequence[Claim]) -> None:
        """Begin the turns, but for those that should wait: they go back before anything runs."""
        waiting = [claim for claim in claims if self._stopping]
        suspects = [claim for claim in claims if claim.tries == MAX_TRIES and not self._stopping]
        if suspects:
            # Only one last try at a time, so that a poison takes no other turn with it.
            busy = any(claim.tries == MAX_TRIES for claim in self._turns.values())
            waiting = suspects if busy else suspects[1:]
        await self._give_back(waiting)
        for claim in claims:
            if claim not in waiting:
                self._begin(claim)
        if suspects and waiting:
            await asyncio.sleep(SUSPECTS_SECONDS)

    async def _give_back(self, claims: Sequence[Claim]) -> None:
        try:
            await asyncio.gather(*(self._inbox.release(claim) for claim in claims))
        except StoreError as error:
            log.warning("turns could not be given back; others take them after a lease", error=str(error))

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._turn(claim), name=turn_name(claim))
        self._turns[task] = claim
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._turns[task]
        self._freed.set()
        if not task.cancelled() and task.exception():
            log.error("a turn could not be finished; it will be taken up again", exc_info=task.exception())

    async def _turn(self, claim: Claim) -> None:
        if claim.event is None or claim.tries > MAX_TRIES:
            await self._bury(claim)
            return
        turn = Turn(claim, meant(claim.event, claim.state.offered), self._live, partial(self._waiting, claim))
        # Of this task alone, so that nothing has to be put back.
        structlog.contextvars.bind_contextvars(trace_id=turn.trace_id, conversation=str(claim.address))
        try:
            await self._answer(turn)
            if await self._commit(claim, commit_of(turn)):
                self.handled += 1
            else:
                log.warning("another worker has taken this turn over; ours is dropped")
        except asyncio.CancelledError:
            with suppress(StoreError):
                await self._inbox.release(claim)
            raise

    async def _commit(self, claim: Claim, commit: Commit) -> bool:
        """Patient while the store is away or full: an answer may have cost a model's minute."""
        until = time.monotonic() + COMMIT_SECONDS
        while True:
            try:
                return await self._inbox.commit(claim, commit)
            except (StoreUnavailable, StoreFull):
                if self._stopping or time.monotonic() > until:
                    raise
                await asyncio.sleep(COMMIT_PAUSE)

    async def _answer(self, turn: Turn) -> None:
        """Let the turn be handled, anew where the person has changed meanwhile what it answers."""
        if isinstance(turn.event, Edited | Deleted) and not turn.revision:
            log.debug("a change of a message that is not in the history, or that was read already")
        if turn.revision and turn.messages:
            turn.begin_from(await self._inbox.before(turn.claim))
        if turn.claim.changed:
            turn.amend(await self._waiting(turn.claim, ALL))
        while turn.messages or not isinstance(turn.event, Message):
            await self._handled(turn)
            if not turn.outdated:
                return
            if not turn.messages:
                turn.withdraw()
                return
            turn.restart()

    async def _waiting(self, claim: Claim, limit: int = 20) -> Sequence[AnyEvent]:
        try:
            return await self._inbox.waiting(claim, limit)
        except StoreError:
            return ()  # what waits can wait

    async def _bury(self, claim: Claim) -> None:
        reason = claim.fault or f"its worker died {MAX_TRIES} times"
        name = reference(claim.address, claim.event.id if claim.event else claim.entry)
        log.error(
            "a message goes to the dead letters (botcore deadletters list)",
            conversation=str(claim.address),
            trace_id=name,
            reason=reason,
        )
        last_words = farewell(claim, name, self._texts)
        if await self._inbox.bury(claim, reason, reference=name, outgoing=[last_words]):
            self.buried += 1

    async def _handled(self, turn: Turn) -> None:
        address = turn.event.address
        self._answering[address] = turn
        turn.task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        shown: list[asyncio.Task[None]] = []
        timer = loop.call_later(
            TYPING_SECONDS, lambda: shown.append(loop.create_task(self._show_answering(address)))
        )
        try:
            await self._handle(turn)
        except asyncio.CancelledError:
            if not turn.stopped or not turn.task or turn.task.uncancel():
                raise
            turn.cut_off(self._texts.text(turn.language, "stopped"))
        finally:
            turn.task = None
            self._answering.pop(address, None)
            timer.cancel()
            if shown:
                await shown[0]  # so that it never stands behind the end of the turn

    async def _show_answering(self, address: Address) -> None:
        """From now on there is something to stop."""
        with suppress(BotcoreError):
            await self._live.publish(address, "typing", {"on": True})
            await self._live.publish(address, "state", {"status": "answering"})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self._inbox.heartbeat(list(self._turns.values()))
                self._mute.over()
            except StoreError as error:
                self._mute.met(error)

    async def _listen(self) -> None:
        async for address in self._live.stops():
            turn = self._answering.get(address)
            if turn:
                turn.stop()

    async def _heed_changes(self) -> None:
        async for address in self._live.changes():
            turn = self._answering.get(address)
            if turn is None:
                continue
            waiting = await self._waiting(turn.claim, ALL)
            if self._answering.get(address) is turn:  # it may have ended meanwhile
                turn.reread(waiting)
