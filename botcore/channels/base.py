"""What a channel promises: to hand every event to the intake, and to show every message once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

from botcore.types import AnyEvent, Outgoing


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

        Raises ChannelError where another try may work.
        """

    def health(self) -> str:
        """Empty while all is well; else a sentence with the remedy."""
        return ""

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""
