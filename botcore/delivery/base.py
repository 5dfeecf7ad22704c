"""The promises of delivery: an inbox, an outbox and a live stream for every conversation.

A conversation is an actor. Its events wait in a mailbox in order of arrival, one worker at a time has a
`Claim` on it, and one commit stores what the turn decided: state, history and outgoing messages, or
nothing of it. A claim that has been taken over by another worker can't commit any more (its fence is old).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from enum import Enum
from typing import Any, Literal

import msgspec

from botcore.conversation import ConversationState, HistoryEntry
from botcore.types import Address, AnyEvent, Outgoing, Timer

LiveType = Literal["delta", "message", "typing", "state", "error"]


class Accepted(Enum):
    """What `Inbox.accept` did. Either way the event is durable and will have its turn once."""

    NEW = "new"
    DUPLICATE = "duplicate"


Before = Literal["set", "keep", "drop"]
"""Take the state as it was before this turn, keep the one that is there, or have none any more."""


class Claim(msgspec.Struct, frozen=True):
    """One conversation in the hands of one worker, with what it needs for the next turn."""

    address: Address
    entry: str
    """The ready entry that stands for this conversation; opaque."""
    fence: int
    version: int
    """Number of commits so far; part of the keys of this turn's messages."""
    event: AnyEvent | None
    """The oldest event of the mailbox; None where it can't be read (see `fault`)."""
    state: ConversationState
    history: tuple[HistoryEntry, ...]
    """The most recent entries, oldest first."""
    tries: int = 1
    """How many workers have had this turn, this one included."""
    timers: int = 0
    """How many timers of this conversation wait."""
    changed: bool = False
    """Edits or deletions may wait in the mailbox."""
    fault: str = ""
    """Why the stored event or state can't be read: the turn goes to the dead letters."""


class Commit(msgspec.Struct, frozen=True):
    """What a turn leaves behind. All of it is stored, or none."""

    state: ConversationState
    history: Sequence[HistoryEntry] = ()
    outgoing: Sequence[Outgoing] = ()
    answered: int = 1
    """How many events of the mailbox were answered, the oldest first."""
    forget: bool = False
    """Delete the earlier history and timers first (/reset)."""
    rewrite: bool = False
    """`history` takes the place of what the claim was given of it, rather than being added."""
    before: Before = "keep"
    """What becomes of the state that `Inbox.before` gives."""
    cancelled: Sequence[str] = ()
    """Beginnings of the ids of timers that shall not come any more; those of `timers` are not meant."""
    timers: Sequence[Timer] = ()


class Parcel(msgspec.Struct, frozen=True):
    """The oldest outgoing message of one conversation, in the hands of one sender."""

    address: Address
    entry: str
    outgoing: Outgoing | None
    """None where the stored message can't be read."""
    raw: bytes
    tries: int = 1


class DeadLetter(msgspec.Struct, frozen=True):
    """An event that no worker could handle, kept for the operator."""

    id: str
    """Grows with time."""
    address: Address
    event: AnyEvent | None
    """None where it can't be read."""
    reason: str
    at: float
    """When it was given up."""
    reference: str = ""
    """What the person was told to quote; the trace id of its turns."""


class Tally(msgspec.Struct, frozen=True):
    """How many events ever ended as dead letters."""

    kept: int
    buried: int
    """Since the store began, those that came back included."""
    displaced: int
    """Dropped since the list was at its bound: the oldest went."""


class LiveEvent(msgspec.Struct, frozen=True):
    """What a client that watches a conversation is told. `id` grows along a conversation's stream."""

    id: str
    type: LiveType
    data: dict[str, Any]


class Inbox(ABC):
    """Takes events in and hands conversations to workers."""

    @abstractmethod
    async def accept(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> Accepted:
        """Store the event durably. An event whose id was seen before is a DUPLICATE, and no second turn.

        `limit_key` names whom the rate limit counts; empty for none. `shown` goes to the live stream as a `message` in
        the same step, so that it stands there before any answer, and exactly if the event was accepted.
        Raises MailboxFull, RateLimited, StoreUnavailable or StoreFull; then nothing was stored.
        """

    @abstractmethod
    async def claim(self, count: int, wait: float) -> list[Claim]:
        """Up to `count` conversations that have mail, waiting up to `wait` seconds for the first.

        Turns whose worker has died come back here too, with `tries` counted up.
        """

    @abstractmethod
    async def commit(self, claim: Claim, commit: Commit) -> bool:
        """Store the turn and drop its events. False where another worker has taken the claim over: nothing is stored.

        Committing the same claim twice is a no-op that says True.
        """

    @abstractmethod
    async def waiting(self, claim: Claim, limit: int = 20) -> Sequence[AnyEvent]:
        """Events that came after the claim's own and wait behind it, oldest first. Those that can't be read, and what
        is behind them, are left out."""

    @abstractmethod
    async def before(self, claim: Claim) -> ConversationState | None:
        """The state before the latest message was answered, from which an edit of it is answered anew.

        None where there is none, where something else has changed the state since, or where it can't be read.
        """

    @abstractmethod
    async def release(self, claim: Claim) -> None:
        """Give the turn back undone, for any worker to take at once. No-op for an old claim."""

    @abstractmethod
    async def bury(
        self, claim: Claim, reason: str, *, reference: str = "", outgoing: Sequence[Outgoing] = ()
    ) -> bool:
        """Move the turn's event to the dead letters, so that the conversation goes on without it.

        What the person is told goes to the outbox in the same step. False where another worker has taken the claim
        over; burying the same claim twice is a no-op that says True.
        """

    @abstractmethod
    async def heartbeat(self, claims: Sequence[Claim]) -> None:
        """Say that these turns are still being worked on, so that nobody takes them over."""


class DeadLetters(ABC):
    """What was given up. Bounded: where one more would be too many, the oldest goes, and is counted."""

    @abstractmethod
    async def list(self, limit: int = 100, after: str = "") -> Sequence[DeadLetter]:
        """Up to `limit`, oldest first; those after the one with id `after`."""

    @abstractmethod
    async def show(self, name: str) -> DeadLetter | None:
        """The letter with this id or reference (the newest of those); None where there is none."""

    @abstractmethod
    async def retry(self, letter: DeadLetter) -> bool:
        """Put the event at the end of its conversation's mailbox, as if it came now.

        False where the letter is gone. Raises MailboxFull; then it is kept.
        """

    @abstractmethod
    async def drop(self, letter: DeadLetter) -> bool:
        """Forget it for good. False where it is gone already."""

    @abstractmethod
    async def tally(self) -> Tally:
        """How many are kept, and how many there ever were."""


class Timers(ABC):
    """Timers that conversations wait for. They are set and cancelled by a `Commit`, and outlive every process."""

    @abstractmethod
    async def fire(self, now: float) -> float | None:
        """Move timers that are due at `now` (Unix seconds) to their mailboxes, each once however many processes call.

        Returns when to call again at the latest: when the next one is due; None where there is none. A timer whose
        mailbox is full is tried again after some seconds.
        """

    @abstractmethod
    async def waiting(self, address: Address) -> Sequence[Timer]:
        """What this conversation waits for, the soonest first."""


class Outbox(ABC):
    """Hands outgoing messages to the senders, one conversation to one sender at a time, in order."""

    @abstractmethod
    async def claim(self, channels: Sequence[str], count: int, wait: float) -> list[Parcel]:
        """Up to `count` parcels for these channels, waiting up to `wait` seconds for the first."""

    @abstractmethod
    async def done(self, parcel: Parcel) -> None:
        """The message was sent (or given up): forget it. No-op for a parcel that is done already."""

    @abstractmethod
    async def retry(self, parcel: Parcel) -> None:
        """Give the parcel back undone, for any sender to take at once."""

    @abstractmethod
    async def heartbeat(self, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
        """Say that these are still being sent. Returns those that are not this sender's any more, and are to be let go."""


class Live(ABC):
    """The stream that clients watch: deltas of a growing answer, messages, typing. Capped and expiring."""

    @abstractmethod
    async def publish(self, address: Address, type: LiveType, data: dict[str, Any], *, key: str = "") -> None:
        """Append an event. With a `key`, a second event of that key is a no-op."""

    @abstractmethod
    def follow(self, address: Address, after: str = "") -> AsyncIterator[LiveEvent | None]:
        """Events after the one with id `after`: what is kept first, then new ones as they come, for ever.

        An empty `after` means from the oldest kept, `$` only new ones. Yields None when nothing came for 15 s,
        so that a caller can keep its connection alive.
        """

    @abstractmethod
    async def stop(self, address: Address) -> None:
        """Ask whichever worker is answering this conversation to end its answer. No-op where none is."""

    @abstractmethod
    def stops(self) -> AsyncIterator[Address]:
        """Conversations whose answer should end, as they are asked for."""

    @abstractmethod
    def changes(self) -> AsyncIterator[Address]:
        """Conversations in which the person edits or deletes something, as it is accepted. One that is missed costs a
        later answer only: the event itself waits in the mailbox."""
