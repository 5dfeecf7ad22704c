"""What a scene promises: people chat on it as on the real service, and the bot reaches it with the real library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Protocol

import msgspec

from botcore.channels.base import Channel, Intake
from botcore.context import CommandInfo
from botcore.delivery.base import Live
from botcore.testing.channels import ChannelName
from botcore.testing.scenes.shown import Shown
from botcore.types import Address, Attachment, Outgoing


class Seat(msgspec.Struct, frozen=True):
    """A person in a chat. The first chat that a person opens is the private one with the bot; others are groups."""

    chat: str
    person: str
    locale: str = ""
    """Which the person's app is set to at their first deed, such as `zh-CN`. What bots hear of it is up to the
    service."""


class Wiring(Protocol):
    """What a channel is made of, beside the service."""

    @property
    def live(self) -> Live: ...

    @property
    def intake(self) -> Intake: ...

    @property
    def commands(self) -> Mapping[str, Sequence[CommandInfo]]:
        """By language."""


class Scene(ABC):
    """A simulated service. Use it by `async with`; chats and persons come to be when they are named first."""

    @abstractmethod
    async def __aenter__(self) -> Scene: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    def connect(self, wiring: Wiring) -> Channel:
        """The bot's channel, quick about everything that it is patient with in production. Call it once."""

    @abstractmethod
    async def ready(self) -> None:
        """Once the bot listens, its commands registered. Raises TimeoutError."""

    @abstractmethod
    def address(self, seat: Seat) -> Address:
        """By which the bot knows the chat."""

    @abstractmethod
    async def say(self, seat: Seat, text: str, files: Sequence[Attachment] = ()) -> None:
        """Write a message for the bot: in a group it is spoken to as people do there.

        Raises ValueError for what nobody can send on this service.
        """

    @abstractmethod
    async def press(self, seat: Seat, label: str) -> None:
        """Press the newest button with this label. Raises LookupError where there is none."""

    @abstractmethod
    async def begin(self, seat: Seat) -> None:
        """Open the chat without saying anything, as the service has it. Raises ValueError where it has no such deed."""

    async def edit(self, seat: Seat, message: str, text: str) -> None:
        """Change a message of the person, named by its event's id; the latest one where it is not named.

        Raises ValueError where the service has no such deed or tells bots nothing of it, LookupError for no such message.
        """
        raise ValueError("nobody can change a message here")

    async def delete(self, seat: Seat, message: str) -> None:
        """Take a message back, named as in `edit`. Raises the same."""
        raise ValueError("nobody can take a message back here, or the bot does not hear of it")

    async def react(self, seat: Seat, added: Sequence[str], removed: Sequence[str]) -> None:
        """React to what the bot said last. Raises ValueError as `edit`, LookupError where it has said nothing."""
        raise ValueError("there are no reactions here")

    @abstractmethod
    def shown(self, chat: str) -> list[Shown]:
        """What the chat's people see, oldest first."""

    async def arrived(self, outgoing: Outgoing) -> None:
        """Once people see what the channel has sent."""


def open_scene(name: ChannelName) -> Scene:
    """Its library loads here. Raises ModuleNotFoundError where the extra is missing."""
    if name == "discord":
        from botcore.testing.scenes.discord import DiscordScene

        return DiscordScene()
    if name == "telegram":
        from botcore.testing.scenes.telegram import TelegramScene

        return TelegramScene()
    from botcore.testing.scenes.web import WebScene

    return WebScene()
