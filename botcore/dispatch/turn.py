"""One event on its way through the bot: what is known of it, and what has been said to it so far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence

import msgspec

from botcore.asking.stream import Stream
from botcore.conversation import (
    Change,
    ConversationState,
    HistoryEntry,
    amended,
    clean_reply,
    decode_state,
    encode,
    reference,
    revise,
)
from botcore.delivery.base import Claim, Live
from botcore.dispatch.growing import Growing
from botcore.errors import AnswerCut, EngineError
from botcore.intents.base import Detection
from botcore.types import AnyEvent, Attachment, Deleted, Edited, Message, Outgoing, Reply, Timer, TurnSummary

Waiting = Callable[[], Awaitable[Sequence[AnyEvent]]]


async def _nothing() -> Sequence[AnyEvent]:
    return ()


class Step(msgspec.Struct, frozen=True):
    """One line of the trace: a stage of the turn, what it decided, and how long it took."""

    stage: str
    detail: str
    ms: float


class Timing:
    """Times a stage of a turn. A class, since a generator costs three times as much."""

    __slots__ = ("_began", "_decided", "_stage", "_turn")

    def __init__(self, turn: Turn, stage: str) -> None:
        self._turn = turn
        self._stage = stage
        self._decided: list[str] = []

    def __enter__(self) -> Callable[[str], None]:
        self._began = time.perf_counter()
        return self._decided.append

    def __exit__(self, *_: object) -> None:
        ms = (time.perf_counter() - self._began) * 1000
        self._turn.steps.append(Step(self._stage, "; ".join(self._decided), round(ms, 3)))


class Turn:
    """The one mutable thing while an event is handled. It reaches the store by `commit_of(turn)`, or not at all."""

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
        self.stored = encode(claim.state)
        """The state as the turn found it."""
        self.state: ConversationState = decode_state(self.stored)
        self._initial = self.stored
        self.revision = revise(claim.history, event) if isinstance(event, Edited | Deleted) else None
        """What the person's change of an earlier message makes of the dialogue."""
        self.history = self.revision.before if self.revision else claim.history or _brought_along(event)
        self._heard = self.revision.messages if self.revision else _messages((event,))
        self.messages = self._heard
        """What is to be answered, as it reads now; nothing where the event is no message, or was taken back."""
        self.changes: list[Change] = []
        """What of them was edited or deleted since, in order."""
        self._spoken: dict[str, str] = {}
        """By the message's id."""
        self.trace_id = reference(event.address, event.id)
        """The same for every try of this turn."""
        self.language = claim.state.language or "en"
        self.plugin = ""
        self.handler = ""
        self.detection: Detection | None = None
        self.forget = False
        self.stopped = False
        """The answer is to end where it is."""
        self.interrupted = False
        """The person wrote something new."""
        self.outdated = False
        """The person has changed what is being answered."""
        self.withdrawn = False
        """There is nothing left to answer: the person took it back."""
        self.task: asyncio.Task[None] | None = None
        """Handles this turn; cancelled where the person stops an answer that has not begun to grow."""
        self.steps: list[Step] = []
        self.outgoing: list[Outgoing] = []
        self.timers: list[Timer] = []
        self.cancelled: list[str] = []
        """Beginnings of the ids of timers that shall not come."""
        self._seen_growing: set[str] = set()
        """Keys of messages that people may have seen growing."""
        self._began = time.perf_counter()
        self._work: asyncio.Task[None] | None = None
        self._growing: Growing | None = None

    @property
    def text(self) -> str:
        """What the person wrote; messages that were merged stand line by line."""
        if len(self.messages) == 1:
            return self.messages[0].text
        return "\n".join(message.text for message in self.messages)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(one for message in self.messages for one in message.attachments)

    def join(self, following: Sequence[AnyEvent]) -> None:
        """Let these messages be answered together with the first one."""
        self.events = (self.event, *following)
        self._heard = _messages(self.events)
        self._read()

    def amend(self, waiting: Sequence[AnyEvent]) -> bool:
        """Read the messages as the person has changed them since. Whether anything is new."""
        ids = {message.id for message in self._heard}
        news = [
            event
            for event in waiting
            if isinstance(event, Edited | Deleted) and event.message in ids and event not in self.changes
        ]
        if news:
            self.changes += news
            self._read()
        return bool(news)

    def begin_from(self, state: ConversationState | None) -> None:
        """Answer anew from the state before; without one, an answer that was expected to what is replaced is not."""
        if state:
            self._initial = encode(state)
            self.state = state
        else:
            self.state.expecting = None
            self._initial = encode(self.state)

    def restart(self) -> None:
        """Forget all that was done and said: what is to be answered has changed."""
        self.state = decode_state(self._initial)
        self.plugin = self.handler = ""
        self.detection = None
        self.forget = self.stopped = self.interrupted = self.outdated = False
        self.steps, self.outgoing, self.timers, self.cancelled = [], [], [], []
        self._growing = None

    def withdraw(self) -> None:
        """Leave nothing of this turn, but for what people have seen of it already."""
        self.roll_back()
        self.withdrawn = True
        self.outgoing = [one for one in self.outgoing if one.key in self._seen_growing]

    def hear(self, message: str, spoken: str) -> None:
        """Take what was said in this message's recordings for written, behind what was."""
        self._spoken[message] = spoken
        self._read()

    def _read(self) -> None:
        """The messages with the person's changes, and with what was spoken in them."""
        self.messages = amended(self._heard, self.changes)
        if self._spoken:
            self.messages = tuple(_with(one, self._spoken.get(one.id, "")) for one in self.messages)

    def step(self, stage: str) -> Timing:
        """Time a stage: `with turn.step(stage) as decided:`. Call `decided` with what it decided."""
        return Timing(self, stage)

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
                replaces=self._replaced(len(self.outgoing)),
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
        self._seen_growing.add(growing.key)
        try:
            await self.interruptible(_consume(stream, growing))
        except EngineError as error:
            if not growing.text.strip():
                raise
            ending = cut_short("cut" if isinstance(error, AnswerCut) else "broken")
            self.note("engine", str(error), 0.0)
        if (self.interrupted or self.outdated) and not growing.text.strip():
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
        """End the answer in progress; what was said so far is kept. No-op for one that is ending."""
        if self.stopped:
            return
        self.stopped = True
        work = self._work or self.task
        if work:
            work.cancel()

    def interrupt(self) -> None:
        """End the answer in progress, since the person has gone on; the next turn answers that."""
        self.interrupted = True
        self.stop()

    def reread(self, waiting: Sequence[AnyEvent]) -> None:
        """End the answer in progress if the person has changed what it answers."""
        if self.amend(waiting):
            self.outdated = True
            self.stop()

    def cut_off(self, stopped: str) -> None:
        """The handler was cancelled before it had said anything: say `stopped`, where that is worth a word."""
        if self.interrupted:
            self.roll_back()
        elif not self.outdated:
            self.say(Reply(stopped), incomplete=True)

    def roll_back(self) -> None:
        """Undo what a failed handler did to the state. What was said stays said."""
        self.state = decode_state(self.stored)
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
            stages=detection.stages,
        )

    def _replaced(self, index: int) -> str:
        answers = self.revision.answers if self.revision else ()
        return answers[index].id if index < len(answers) else ""

    def _next_key(self) -> str:
        return self.key(len(self.outgoing))

    def key(self, index: int) -> str:
        return message_key(self.claim, self.trace_id, index)


def _messages(events: Sequence[AnyEvent]) -> tuple[Message, ...]:
    return tuple(event for event in events if isinstance(event, Message))


def _with(message: Message, spoken: str) -> Message:
    return msgspec.structs.replace(message, text="\n".join(filter(None, [message.text, spoken])))


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
    return tuple(HistoryEntry(said.role, said.text, event.at, by=event.person.id) for said in before)


async def _consume(stream: Stream, growing: Growing) -> None:
    async for piece in stream:
        await growing.add(piece)
