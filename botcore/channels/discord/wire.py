"""An interaction as Discord tells it, by the gateway or by HTTP: checked once, so that nothing later can stumble.

Source: "Interaction structure" in the reference at discord.com/developers/docs, API version 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

Snowflake = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]
PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
CHAT_COMMAND, MESSAGE_MENU = 1, 3
TEXT_OPTION = 3
ADMINISTRATOR = 0x8
_EPOCH_MS = 1_420_070_400_000


class User(msgspec.Struct, frozen=True):
    id: Snowflake
    username: str = ""
    global_name: str | None = None


class Member(msgspec.Struct, frozen=True):
    """A person on a server. `permissions` is a decimal number of bits."""

    user: User
    nick: str | None = None
    roles: Sequence[str] = ()
    permissions: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,30}$")] = "0"


class Choice(msgspec.Struct, frozen=True):
    """A line of a select menu."""

    label: str
    value: str


class Component(msgspec.Struct, frozen=True):
    """A row, a button, a select menu, or a field of a modal."""

    type: int
    custom_id: str = ""
    label: str | None = None
    value: str | None = None
    options: Sequence[Choice] = ()
    components: Sequence[Component] = ()
    component: Component | None = None


class File(msgspec.Struct, frozen=True):
    filename: str
    url: str
    size: int = 0
    content_type: str | None = None
    description: str | None = None


class Shown(msgspec.Struct, frozen=True):
    """A message that an interaction is about."""

    id: Snowflake
    content: str = ""
    components: Sequence[Component] = ()
    attachments: Sequence[File] = ()


class Resolved(msgspec.Struct, frozen=True):
    messages: Mapping[str, Shown] = {}


class Option(msgspec.Struct, frozen=True):
    name: str
    type: int
    value: str | int | float | bool | None = None


class Data(msgspec.Struct, frozen=True):
    """What was used: a command, a component or a modal."""

    name: str = ""
    type: int = CHAT_COMMAND
    options: Sequence[Option] = ()
    target_id: str = ""
    resolved: Resolved = Resolved()
    custom_id: str = ""
    values: Sequence[str] = ()
    components: Sequence[Component] = ()


class Interaction(msgspec.Struct, frozen=True):
    """`token` answers it for fifteen minutes."""

    id: Snowflake
    application_id: Snowflake
    type: int
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    data: Data = Data()
    channel_id: Snowflake | None = None
    guild_id: Snowflake | None = None
    member: Member | None = None
    user: User | None = None
    message: Shown | None = None
    locale: str = ""

    @property
    def at(self) -> float:
        """Unix seconds."""
        return ((int(self.id) >> 22) + _EPOCH_MS) / 1000

    @property
    def who(self) -> User | None:
        return self.member.user if self.member else self.user


def read(payload: object) -> Interaction:
    """Raises ValueError for what is no interaction."""
    try:
        return msgspec.convert(payload, Interaction)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(f"this is no interaction: {error}") from error


def flat(components: Sequence[Component]) -> list[Component]:
    """The buttons, menus and fields of all rows; deeper nesting than Discord has is left out."""
    found: list[Component] = []
    for row in components:
        found += [row, *row.components, *([row.component] if row.component else [])]
    return found
