"""What a FakeDiscord knows: people, servers, channels, messages and interactions, as plain records."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["text", "dm", "thread", "forum"]
AskedBy = Literal["slash", "menu", "button", "modal"]
DEFAULT_LOCALE = "en-US"
"""Of people's apps, and of servers whose team has chosen none."""
Thinking = 128
"""Flag of a message that stands for an answer still to come."""
Ephemeral = 64
_EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True)
class User:
    """Somebody on Discord; `id` is a snowflake."""

    id: int
    name: str
    bot: bool = False
    locale: str = DEFAULT_LOCALE
    roles: tuple[str, ...] = ()
    permissions: int = 0
    """Beside those of everybody, as bits."""


@dataclass(frozen=True)
class Channel:
    """A place where messages stand. `owner` is who opened a thread."""

    id: int
    kind: Kind
    name: str = ""
    guild: int = 0
    parent: int = 0
    owner: int = 0
    recipient: User | None = None


@dataclass
class File:
    """An uploaded file."""

    id: int
    name: str
    data: bytes
    media_type: str


@dataclass
class Posted:
    """A message as it stands in the channel now. Changes with every edit, as on the real thing."""

    id: int
    channel: Channel
    author: User
    text: str
    components: Sequence[Json] = ()
    files: Sequence[File] = ()
    flags: int = 0
    nonce: str = ""
    reply_to: int = 0
    mentions: Sequence[User] = ()
    everyone: bool = False
    """Whether it pings everyone in the channel."""
    system: int = 0
    edits: int = 0

    @property
    def thinking(self) -> bool:
        return bool(self.flags & Thinking)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & Ephemeral)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [str(one["label"]) for one in self._parts if "label" in one]

    @property
    def menu(self) -> list[str]:
        """The lines of its select menu, in order; empty where there is none."""
        return [str(line["label"]) for one in self._parts for line in one.get("options", ())]

    @property
    def _parts(self) -> list[Json]:
        return [one for row in self.components for one in row.get("components", ())]

    def custom_id(self, label: str) -> str:
        """Of the button with this label. Raises LookupError where there is none."""
        for one in self._parts:
            if one.get("label") == label:
                return str(one["custom_id"])
        raise LookupError(f"no button {label!r}; there are {self.buttons}")

    def line(self, label: str) -> tuple[str, str]:
        """Custom id of its menu and value of the line. Raises LookupError where there is none."""
        for one in self._parts:
            for line in one.get("options", ()):
                if line["label"] == label:
                    return str(one["custom_id"]), str(line["value"])
        raise LookupError(f"no line {label!r}; there are {self.menu}")


@dataclass
class Asked:
    """An interaction and what became of it."""

    id: int
    token: str
    kind: AskedBy
    channel: Channel
    user: User
    at: float
    source: Posted | None = None
    """The message whose button was pressed, or on which a menu was used."""
    acknowledged: str = ""
    """How: `message`, `deferred`, `deferred update`, `update`; empty while nobody has."""
    acknowledged_after: float = 0.0
    """Seconds from the press to the acknowledgement."""
    original: Posted | None = None
    followups: list[Posted] = field(default_factory=list)


class World:
    """All records of one fake, and its clock, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._last_id = 0
        self.bot = User(self.new_id(), "botcore", bot=True)
        self.guild_id = self.new_id()
        self.locale = DEFAULT_LOCALE
        """Of the server."""
        self.users: dict[str, User] = {}
        self.roles: dict[str, int] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, list[Posted]] = {}
        self.files: dict[int, File] = {}
        self.commands: list[Json] = []
        self.asked: dict[str, Asked] = {}

    def now(self) -> float:
        return time.time() + self.ahead

    def new_id(self) -> int:
        """A snowflake: ids grow with time."""
        self._last_id = max(self._last_id + 1, int(self.now() * 1000 - _EPOCH_MS) << 22)
        return self._last_id

    def user(
        self,
        name: str,
        *,
        bot: bool = False,
        locale: str = DEFAULT_LOCALE,
        roles: Sequence[str] = (),
        permissions: int = 0,
    ) -> User:
        """The person of that name, who comes to be with the first call."""
        if name not in self.users:
            for role in roles:
                self.roles.setdefault(role, self.new_id())
            self.users[name] = User(self.new_id(), name, bot, locale, tuple(roles), permissions)
        return self.users[name]

    def add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages[channel.id] = []
        return channel

    def by_id(self, user_id: int) -> User | None:
        return next((one for one in (self.bot, *self.users.values()) if one.id == user_id), None)

    def dm_with(self, user: User) -> Channel:
        """The direct messages between the bot and a person."""
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        return self.add(Channel(self.new_id(), "dm", recipient=user))

    def message(self, channel_id: int, message_id: int) -> Posted | None:
        return next((one for one in self.messages.get(channel_id, ()) if one.id == message_id), None)
