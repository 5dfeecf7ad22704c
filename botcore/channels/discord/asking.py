"""What a person means by an interaction, and the first answer that Discord wants to it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from botcore.channels.discord.attachments import described
from botcore.channels.discord.buttons import STOP, pressed
from botcore.channels.discord.hearing import NAME, rights
from botcore.channels.discord.interactions import MARK
from botcore.channels.discord.options import SlashCommand
from botcore.channels.discord.wire import (
    AUTOCOMPLETE,
    CHAT_COMMAND,
    COMMAND,
    COMPONENT,
    MESSAGE_MENU,
    TEXT_OPTION,
    Interaction,
    Member,
)
from botcore.types import Address, Attachment, Message, Person

EPHEMERAL = 64
RoleNames = Callable[[str, Sequence[str]], Sequence[str]]
"""Id of a server and of roles there; gives the names that are known."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`first` is the body of the first answer. Without an event there is nothing more to do, unless it stops."""

    first: dict[str, Any]
    event: Message | None = None
    loading: bool = False
    """`first` lets "is thinking" stand there."""
    private: bool = False
    """Only who asked sees the answer."""
    stops: Address | None = None
    """The conversation whose growing answer shall end."""


class Asking:
    """Knows the commands, and which of them answer in private."""

    def __init__(self, commands: Sequence[SlashCommand], role_names: RoleNames) -> None:
        self._private = {one.name: one.private for one in commands}
        self._menus: Mapping[str, str] = {one.menu_name: one.name for one in commands if one.menu}
        self._role_names = role_names

    def meant(self, interaction: Interaction) -> Asked | None:
        """None for a kind that this bot does not offer."""
        if interaction.channel_id is None or interaction.who is None:
            return None
        address = Address(NAME, interaction.channel_id)
        if interaction.type == COMMAND:
            return self._command(interaction, address)
        if interaction.type == AUTOCOMPLETE:
            return Asked(first={"type": 8, "data": {"choices": []}})
        if interaction.type == COMPONENT and interaction.data.custom_id == STOP:
            return Asked(first={"type": 6}, stops=address)
        text = pressed(interaction) if interaction.type == COMPONENT else None
        if text is None:
            return None
        return Asked(first={"type": 6}, event=self._message(interaction, address, text))

    def _command(self, interaction: Interaction, address: Address) -> Asked | None:
        text, files = self._text(interaction)
        if not text:
            return None
        is_menu = interaction.data.type != CHAT_COMMAND
        wants_privacy = is_menu or self._private.get(interaction.data.name, False)
        private = bool(interaction.guild_id) and wants_privacy
        first: dict[str, Any] = {"type": 5}
        if private:
            first["data"] = {"flags": EPHEMERAL}
        event = self._message(interaction, address, text, files)
        return Asked(first=first, event=event, loading=True, private=private)

    def _text(self, interaction: Interaction) -> tuple[str, Sequence[Attachment]]:
        data = interaction.data
        if data.type == CHAT_COMMAND:
            values = [
                str(one.value) for one in data.options if one.type == TEXT_OPTION and one.value is not None
            ]
            return f"/{data.name} {values[0] if values else ''}".strip(), ()
        target = data.resolved.messages.get(data.target_id)
        command = self._menus.get(data.name)
        if data.type != MESSAGE_MENU or target is None or command is None:
            return "", ()
        files = [described(one) for one in target.attachments]
        return f"/{command} {target.content}".strip(), files

    def _message(
        self, interaction: Interaction, address: Address, text: str, files: Sequence[Attachment] = ()
    ) -> Message:
        return Message(
            id=MARK + interaction.id,
            address=address,
            person=self._person(interaction),
            at=interaction.at,
            text=text,
            attachments=files,
        )

    def _person(self, interaction: Interaction) -> Person:
        user, member = interaction.who, interaction.member
        assert user is not None  # noqa: S101  # `meant` has looked
        name = (member.nick if member else None) or user.global_name or user.username
        return Person(
            id=user.id, name=name, locale=interaction.locale, roles=self._roles(interaction, member)
        )

    def _roles(self, interaction: Interaction, member: Member | None) -> tuple[str, ...]:
        if member is None or interaction.guild_id is None:
            return ()
        names = self._role_names(interaction.guild_id, member.roles)
        return (*names, *rights(int(member.permissions)))
