"""What a stage promises the page: people in chats, what each of them sees, and what they can do there."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal

import msgspec

from botcore.testing.scenes.shown import Shown

Platform = Literal["discord", "telegram"]
PLATFORMS: tuple[Platform, ...] = ("discord", "telegram")
PEOPLE = (("Ann", "en-US"), ("Ben", "en-GB"), ("小林", "zh-CN"))
"""Who may chat, and in which language their app is."""
MOST_SHOWN = 200
"""Messages of a chat that the page has; older ones stay with the simulator."""


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a person does. What it needs of the fields depends on `do`."""

    do: Literal["look", "say", "press", "edit", "delete", "react"]
    person: str
    chat: str
    text: str = ""
    """What is said, the new text, the label, or the emoji."""
    message: str = ""
    """Which message is pressed, changed, answered or reacted to."""
    file_name: str = ""
    file: bytes = b""


class Place(msgspec.Struct, frozen=True):
    """A chat in the list."""

    id: str
    title: str
    private: bool


class View(msgspec.Struct, frozen=True):
    """What one person sees of one chat now."""

    messages: Sequence[Shown]
    typing: bool = False


class MenuEntry(msgspec.Struct, frozen=True):
    """A command as the app completes it."""

    name: str
    description: str = ""


class File(msgspec.Struct, frozen=True):
    name: str
    data: bytes


class Stage(ABC):
    """A simulated service with people on it. Use it by `async with`."""

    platform: Platform
    bot_name: str
    can: tuple[str, ...] = ()
    """Which of `edit`, `delete`, `react` a person can do there."""

    @abstractmethod
    async def __aenter__(self) -> Stage: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    def settings(self) -> Mapping[str, str]:
        """The settings by which a bot reaches this service."""

    @abstractmethod
    async def ready(self) -> None:
        """Once the bot listens. Raises TimeoutError."""

    @abstractmethod
    def places(self, person: str) -> list[Place]:
        """The chats of this person, the private one first."""

    @abstractmethod
    def view(self, person: str, chat: str) -> View:
        """Raises LookupError for a chat that this person has not."""

    @abstractmethod
    def menu(self, person: str) -> list[MenuEntry]:
        """The commands that the bot has registered, in this person's language."""

    @abstractmethod
    async def act(self, deed: Deed) -> None:
        """Raises ValueError or LookupError, with a sentence, for what can't be done there."""

    @abstractmethod
    def file(self, id: str) -> File | None:
        """A file that stands in a chat."""


class Typing:
    """Whether "is typing" is shown: for some seconds after the bot said so, or until its next message."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._signs = 0
        self._until = 0.0
        self._messages = 0

    def shown(self, signs: int, messages: int) -> bool:
        """`signs` and `messages` count what came from the bot so far, edits among the messages."""
        if signs > self._signs:
            self._signs, self._messages = signs, messages
            self._until = time.monotonic() + self._seconds
        return messages == self._messages and time.monotonic() < self._until


def open_stage(platform: Platform) -> Stage:
    """Its library loads here. Raises ModuleNotFoundError where the extra is missing."""
    if platform == "discord":
        from botcore.testing.simulate.discord import DiscordStage

        return DiscordStage()
    from botcore.testing.simulate.telegram import TelegramStage

    return TelegramStage()
