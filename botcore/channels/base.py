"""What a channel promises: to hand every event to the intake, and to show every message once.

A plugin that brings a channel of its own needs nothing else of botcore but its public names and `channels.rendering`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from pydantic import BaseModel

from botcore.errors import ChannelError, MailboxFull, RateLimited, StoreError, StoreUnavailable
from botcore.types import Address, AnyEvent, Outgoing, Rate


class Intake(Protocol):
    """Where a channel puts what people do."""

    async def __call__(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        """Returns once the event is durable; only then may the channel acknowledge its update.

        `limit_key` names whom the rate limit counts; `shown` is what those who watch the conversation are told of it.

        Raises MailboxFull, RateLimited (both with `retry_after`), StoreUnavailable or StoreFull: the channel
        keeps the update, or tells the person.
        """


class ShownMessages(Protocol):
    """What a channel showed of each outgoing message, kept in the store so that it outlives the process.

    A send that is tried again, or that takes the place of an earlier message, edits what was shown.
    """

    async def keep(self, address: Address, key: str, ids: Sequence[str]) -> None:
        """Remember the channel's own ids of what shows the outgoing message `key`, first to last. Replaces earlier ones.

        An empty id stands for a part that may have been shown, and whose id nobody knows. The newest 200 messages of a
        conversation are kept, for as long as the conversation is.
        """

    async def of(self, address: Address, key: str) -> tuple[str, ...]:
        """The ids kept for `key`; empty where there are none, or they expired."""

    async def key_of(self, address: Address, id: str) -> str:
        """Key of the outgoing message that the channel shows as `id`; empty where it is not known."""


class Attempts(Protocol):
    """How often each part of a message was sent by a channel without an idempotency key, kept over a crash of the process."""

    async def begin(self, address: Address, key: str, part: int) -> int | None:
        """Note one more try to send part `part` (from 0) of the message `key`, before it is made.

        Returns the number of earlier tries that may have arrived: those that ended neither in `failed` nor in `arrived`.
        None where the part has arrived; then there is to be no other try.
        """

    async def failed(self, address: Address, key: str, part: int) -> None:
        """The last try certainly did not arrive, and does not count."""

    async def arrived(self, address: Address, key: str, part: int) -> None:
        """The part is where it should be."""


class LiveEvent(Protocol):
    """What happens in a conversation while it is answered."""

    @property
    def type(self) -> str:
        """`delta`, `typing`, `message`, `state` or `error`."""

    @property
    def data(self) -> dict[str, Any]:
        """Of a delta: `id` is the key that the finished message will have, `in_reply_to` the event's id, `text` a piece
        that belongs at `offset`, in UTF-16 units."""


class Watch(Protocol):
    """Lets a channel see answers growing."""

    def follow(self, address: Address, after: str = "") -> AsyncIterator[LiveEvent | None]:
        """All that happens there from now on with `after="$"`; None now and then while nothing does."""


class Notebook(Protocol):
    """What a channel has to remember over a restart: where it stopped reading, what it has begun to show."""

    async def read(self, key: str) -> str:
        """Empty where there is nothing, or where it expired. Raises StoreError."""

    async def write(self, key: str, value: str, *, seconds: float = 0.0) -> None:
        """Keep it for so long; for ever with 0. An empty value removes it. Raises StoreError."""


class ChannelTexts(Protocol):
    def __call__(self, language: str, key: str, /, **values: object) -> str:
        """The plugin's own text from its `locales`, in this language or in English."""


ConfigT = TypeVar("ConfigT", bound=BaseModel)


class ChannelSetup(msgspec.Struct, Generic[ConfigT], frozen=True, kw_only=True):
    """What a plugin's channel is made of."""

    config: ConfigT
    """The plugin's checked settings."""
    live: Watch
    notebook: Notebook
    """This channel's own."""
    texts: ChannelTexts
    commands: Mapping[str, Sequence[tuple[str, str]]]
    """Language -> name and description of each command, for menus."""


class Channel(ABC):
    """A way by which people reach the bot."""

    name: str
    """Part of every address of this channel; no colon in it."""
    sole: bool = False
    """It allows one connection: of many gateways only one may `run` it, and that one sends."""

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled. A channel that is fed from elsewhere (web routes) returns at once."""

    @abstractmethod
    async def send(self, outgoing: Outgoing) -> None:
        """Show the message. Sending the same `outgoing.key` again must not show it twice where that can be had.

        Raises ChannelError where another try may work, with `retry_after` where the service says when: who calls has the
        patience, so there is no need of retries here.
        """

    def rates(self, address: Address) -> Sequence[Rate]:
        """The service's limits that a message to this address counts under; none where it has none."""
        return ()

    @property
    def uncertain(self) -> int:
        """Sends since the start whose outcome nobody knows."""
        return 0

    def health(self) -> str:
        """Empty while all is well; else a sentence with the remedy."""
        return ""

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""


__all__ = [
    "Channel",
    "ChannelError",
    "ChannelSetup",
    "ChannelTexts",
    "Intake",
    "LiveEvent",
    "MailboxFull",
    "Notebook",
    "Outgoing",
    "RateLimited",
    "ShownMessages",
    "StoreError",
    "StoreUnavailable",
    "Watch",
]
