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
from botcore.types import Address, AnyEvent, Outgoing

LiveType = Literal["delta", "message", "typing", "state", "error"]


class Accepted(Enum):
    """What `Inbox.accept` did. Either way the event is durable and will have its turn once."""

    NEW = "new"
    DUPLICATE = "duplicate"


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
    fault: str = ""
    """Why the stored event or state can't be read: the turn goes to the dead letters."""


class Commit(msgspec.Struct, frozen=True):
    """What a turn leaves behind. All of it is stored, or none."""

    state: ConversationState
    history: Sequence[HistoryEntry] = ()
    outgoing: Sequence[Outgoing] = ()
    forget: bool = False
    """Delete the earlier history first (/reset)."""


class Parcel(msgspec.Struct, frozen=True):
    """The oldest outgoing message of one conversation, in the hands of one sender."""

    address: Address
    entry: str
    outgoing: Outgoing | None
    """None where the stored message can't be read."""
    raw: bytes
    tries: int = 1


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
        """Store the turn and drop its event. False where another worker has taken the claim over: nothing is stored.

        Committing the same claim twice is a no-op that says True.
        """

    @abstractmethod
    async def release(self, claim: Claim) -> None:
        """Give the turn back undone, for any worker to take at once. No-op for an old claim."""

    @abstractmethod
    async def bury(self, claim: Claim, reason: str) -> bool:
        """Move the turn's event to the dead letters, so that the conversation goes on without it."""

    @abstractmethod
    async def heartbeat(self, claims: Sequence[Claim]) -> None:
        """Say that these turns are still being worked on, so that nobody takes them over."""


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
    async def heartbeat(self, parcels: Sequence[Parcel]) -> None:
        """Say that these are still being sent."""


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
