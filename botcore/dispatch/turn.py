"""One event on its way through the bot: what is known of it, and what has been said to it so far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from botcore.asking.stream import Stream
from botcore.conversation import ConversationState, HistoryEntry, clean_reply, decode_state, encode, reference
from botcore.delivery.base import Claim, Commit, Live
from botcore.dispatch.growing import Growing
from botcore.errors import AnswerCut, EngineError
from botcore.intents.base import Detection
from botcore.types import AnyEvent, Attachment, Message, Outgoing, Reply, Timer, TurnSummary

Waiting = Callable[[], Awaitable[Sequence[AnyEvent]]]


async def _nothing() -> Sequence[AnyEvent]:
    return ()


class Step(msgspec.Struct, frozen=True):
    """One line of the trace: a stage of the turn, what it decided, and how long it took."""

    stage: str
    detail: str
    ms: float


class Turn:
    """The one mutable thing while an event is handled. It reaches the store by `as_commit()`, or not at all."""

    def __init__(self, claim: Claim, event: AnyEvent, live: Live, waiting: Waiting = _nothing) -> None:
        self.claim = claim
        self.event = event
        self.events: tuple[AnyEvent, ...] = (event,)
        """What this turn answers, oldest first: more than `event` where messages were merged."""
        self.gathered = False
        """No more messages join this turn."""
        self.waiting = waiting
        """What has come behind these events."""
        self.live = live
        self._stored = encode(claim.state)
        self.state: ConversationState = decode_state(self._stored)
        self.history = claim.history or _brought_along(event)
        self.trace_id = reference(event.address, event.id)
        """The same for every try of this turn."""
        self.language = claim.state.language or "en"
        self.plugin = ""
        self.handler = ""
        self.detection: Detection | None = None
        self.forget = False
        self.stopped = False
        """The person asked to stop, or wrote something new."""
        self.interrupted = False
        """The person wrote something new."""
        self.task: asyncio.Task[None] | None = None
        """Handles this turn; cancelled where the person stops an answer that has not begun to grow."""
        self.steps: list[Step] = []
        self.outgoing: list[Outgoing] = []
        self.timers: list[Timer] = []
        self.cancelled: list[str] = []
        """Beginnings of the ids of timers that shall not come."""
        self._began = time.perf_counter()
        self._work: asyncio.Task[None] | None = None
        self._growing: Growing | None = None

    @property
    def text(self) -> str:
        """What the person wrote; messages that were merged stand line by line."""
        return "\n".join(event.text for event in self.events if isinstance(event, Message))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(one for event in self.events if isinstance(event, Message) for one in event.attachments)

    def hear(self, spoken: str) -> None:
        """Take what was said in a voice message for written, behind what was."""
        if isinstance(self.event, Message):
            text = "\n".join(filter(None, [self.event.text, spoken]))
            self.event = msgspec.structs.replace(self.event, text=text)
            self.events = (self.event, *self.events[1:])

    @contextmanager
    def step(self, stage: str) -> Iterator[Callable[[str], None]]:
        """Time a stage. Call the yielded function with what it decided."""
        began = time.perf_counter()
        decided: list[str] = []
        try:
            yield decided.append
        finally:
            ms = (time.perf_counter() - began) * 1000
            self.steps.append(Step(stage, "; ".join(decided), round(ms, 3)))

    def note(self, stage: str, detail: str, ms: float) -> None:
        """Add a line to the trace."""
        self.steps.append(Step(stage, detail, ms))

    def say(self, reply: Reply, *, incomplete: bool = False) -> None:
        """Add a whole message."""
        self.outgoing.append(
            Outgoing(
                key=self._next_key(),
                address=self.event.address,
                reply=clean_reply(reply),
                in_reply_to=asked_by(self.events[-1]),
                incomplete=incomplete,
                at=time.time(),
            )
        )

    async def grow(self, stream: Stream, cut_short: Callable[[str], str]) -> None:
        """Add a message that grows; those who watch see it growing.

        An engine that fails after the first piece, and a person who stops it, leave what was said so far, closed by
        `cut_short("broken")` or `cut_short("stopped")`. A failure before the first piece is raised.
        """
        growing = Growing(self.live, self.event.address, self._next_key(), asked_by(self.events[-1]))
        self._growing, ending = growing, ""
        try:
            await self.interruptible(_consume(stream, growing))
        except EngineError as error:
            if not growing.text.strip():
                raise
            ending = cut_short("cut" if isinstance(error, AnswerCut) else "broken")
            self.note("engine", str(error), 0.0)
        if self.interrupted and not growing.text.strip():
            return
        if self.stopped:
            ending = cut_short("interrupted" if self.interrupted else "stopped")
        self._growing = None
        text = f"{growing.text.rstrip()}\n\n{ending}".strip() if ending else growing.text
        if text.strip():
            self.say(Reply(text, stream.buttons, (), stream.sources), incomplete=bool(ending))

    def give_up(self, ending: str) -> None:
        """Say why there is no answer, below what has grown of it: people have read that already."""
        begun = self._growing.text.strip() if self._growing else ""
        self._growing = None
        self.say(Reply(f"{begun}\n\n{ending}" if begun else ending), incomplete=bool(begun or self.outgoing))

    async def interruptible(self, work: Coroutine[None, None, None]) -> None:
        """Do the work, or as much of it as there is time for until `stop()`."""
        self._work = asyncio.create_task(work, name=turn_name(self.claim))
        try:
            await self._work
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self.stopped or (task and task.cancelling()):
                self._work.cancel()
                raise
        finally:
            self._work = None

    def stop(self) -> None:
        """End the answer in progress; what was said so far is kept."""
        self.stopped = True
        work = self._work or self.task
        if work:
            work.cancel()

    def interrupt(self) -> None:
        """End the answer in progress, since the person has gone on; the next turn answers that."""
        self.interrupted = True
        self.stop()

    def roll_back(self) -> None:
        """Undo what a failed handler did to the state. What was said stays said."""
        self.state = decode_state(self._stored)
        self.forget = False
        self.timers, self.cancelled = [], []

    def summary(self) -> TurnSummary:
        detection = self.detection or Detection(by="")
        timings = {step.stage: step.ms for step in self.steps}
        timings["total"] = round((time.perf_counter() - self._began) * 1000, 3)
        return TurnSummary(
            trace_id=self.trace_id,
            plugin=self.plugin,
            handler=self.handler,
            intent=detection.intent,
            score=round(detection.score, 4),
            by=detection.by,
            language=self.language,
            timings_ms=timings,
        )

    def as_commit(self) -> Commit:
        """What the store is told. The last message to each event carries the summary, and there always is one."""
        history = () if self.forget else self._said_now()
        said = self.outgoing or [self._silence(0, asked_by(self.events[-1]))]
        # Whoever waits for the answer to an earlier message of a burst learns that this was it.
        closing = [self._silence(len(said) + n, event.id) for n, event in enumerate(self.events[:-1])]
        summary = self.summary()
        last = [msgspec.structs.replace(one, summary=summary) for one in (said[-1], *closing)]
        return Commit(
            self.state,
            history,
            [*said[:-1], *last],
            answered=len(self.events),
            forget=self.forget,
            cancelled=self.cancelled,
            timers=self.timers,
        )

    def _said_now(self) -> list[HistoryEntry]:
        entries = [] if self.claim.history else list(self.history)
        entries += [
            HistoryEntry("user", event.text, event.at, event.id)
            for event in self.events
            if isinstance(event, Message) and event.text
        ]
        entries += [
            HistoryEntry("assistant", outgoing.reply.text, outgoing.at, outgoing.key, self.plugin)
            for outgoing in self.outgoing
            if outgoing.reply.text
        ]
        return entries

    def _silence(self, index: int, in_reply_to: str) -> Outgoing:
        return Outgoing(
            key=self._key(index),
            address=self.event.address,
            reply=Reply(),
            in_reply_to=in_reply_to,
            at=time.time(),
        )

    def _next_key(self) -> str:
        return self._key(len(self.outgoing))

    def _key(self, index: int) -> str:
        return message_key(self.claim, self.trace_id, index)


def asked_by(event: AnyEvent) -> str:
    """The event that an answer replies to; nothing where the bot speaks by itself."""
    return "" if isinstance(event, Timer) else event.id


def turn_name(claim: Claim) -> str:
    """Name of the tasks of one turn, by which the watchdog tells turns apart."""
    return f"turn {claim.address}:{claim.version}"


def message_key(claim: Claim, trace_id: str, index: int) -> str:
    """The same for every try of a turn. It names the event too: a server that lost its last second counts versions
    again, and a later answer must not pass for one that was shown before."""
    return f"{claim.address}:{claim.version}.{trace_id[:6]}:{index}"


def _brought_along(event: AnyEvent) -> tuple[HistoryEntry, ...]:
    before = event.before if isinstance(event, Message) else ()
    return tuple(HistoryEntry(said.role, said.text, event.at) for said in before)


async def _consume(stream: Stream, growing: Growing) -> None:
    async for piece in stream:
        await growing.add(piece)
