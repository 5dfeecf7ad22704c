"""Reads what people write on Discord as events of a conversation; None is what was not meant for the bot."""

from __future__ import annotations

import re
from collections.abc import Set

import msgspec

from botcore.channels.discord.library import discord
from botcore.types import Address, AnyEvent, Attachment, Edited, Message, Person, Started

NAME = "discord"
ADMINISTRATOR = "discord:administrator"
_RIGHTS = {
    ADMINISTRATOR: 1 << 3,
    "discord:manage_guild": 1 << 5,
    "discord:manage_messages": 1 << 13,
    "discord:moderate_members": 1 << 40,
}
"""Roles of a person who has these permissions there, beside the names of their roles. An administrator has all."""
UNCHOSEN_LOCALE = "en-US"
"""Of every server whose team has chosen none, so that it tells nothing."""
_PEOPLE_WRITE = (discord.MessageType.default, discord.MessageType.reply)


class Rules(msgspec.Struct, frozen=True):
    """What is for the bot on a server beside mentions, replies and its own threads."""

    channels: Set[int] = frozenset()
    """Channels and forums in which everything is."""
    threads: bool = False
    """A mention in a text channel begins a thread, where the conversation goes on."""


def is_for(message: discord.Message, me: int, rules: Rules, *, private: bool) -> bool:
    """Whether a person said this to the bot whose id is `me`."""
    if message.author.bot or message.webhook_id or message.type not in _PEOPLE_WRITE:
        return False
    return private or addressed(message, me, rules)


def is_private(message: discord.Message) -> bool:
    return isinstance(message.channel, discord.DMChannel)


def addressed(message: discord.Message, me: int, rules: Rules) -> bool:
    """Whether a message on a server is for the bot."""
    if any(one.id == me for one in message.mentions) or _answers(message, me):
        return True
    if any(role.tags and role.tags.bot_id == me for role in message.role_mentions):
        return True
    channel = message.channel
    if isinstance(channel, discord.Thread):
        return channel.owner_id == me or not rules.channels.isdisjoint({channel.id, channel.parent_id})
    return channel.id in rules.channels


def _answers(message: discord.Message, me: int) -> bool:
    answered = message.reference.resolved if message.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me


def address_of(message: discord.Message, rules: Rules) -> Address:
    """The thread of a message has the message's own id, so that an edit is found there too."""
    in_thread = rules.threads and message.flags.has_thread
    return Address(NAME, str(message.id if in_thread else message.channel.id))


def heard(
    message: discord.Message, me: int, address: Address, files: tuple[Attachment, ...], *, private: bool
) -> AnyEvent | None:
    """A bare mention begins a conversation."""
    id, person, at = str(message.id), person_of(message.author), message.created_at.timestamp()
    text = said(message, me)
    if not text and not files:
        if private:
            return None
        opener = person_of(message.author, _locale_of(message.guild))
        return Started(id=id, address=address, person=opener, at=at)
    return Message(id=id, address=address, person=person, at=at, text=text, attachments=files)


def _locale_of(guild: discord.Guild | None) -> str:
    """The language that a community has chosen: messages name none, and a bare mention has no words to tell it by."""
    chosen = guild.preferred_locale.value if guild else UNCHOSEN_LOCALE
    return "" if chosen == UNCHOSEN_LOCALE else str(chosen)


def changed(
    message: discord.Message, me: int, address: Address, files: tuple[Attachment, ...]
) -> Edited | None:
    """None for an update that no person made, such as the picture that Discord adds to a link."""
    if message.edited_at is None:
        return None
    at = message.edited_at.timestamp()
    return Edited(
        id=f"{message.id}.{round(at * 1000)}",
        address=address,
        person=person_of(message.author),
        at=at,
        message=str(message.id),
        text=said(message, me),
        attachments=files,
    )


def said(message: discord.Message, me: int) -> str:
    """The text without the mention that called the bot, and with names where Discord has ids."""
    text = re.sub(rf"^\s*<@!?{me}>|<@!?{me}>\s*$", "", message.content)
    for role in message.role_mentions:
        own = role.tags is not None and role.tags.bot_id == me
        text = text.replace(role.mention, "" if own else f"@{role.name}")
    for user in message.mentions:
        text = re.sub(rf"<@!?{user.id}>", lambda _, name=user.display_name: f"@{name}", text)  # type: ignore[misc]  # mypy takes the default for an argument of re.sub
    stickers = " ".join(f":{sticker.name}:" for sticker in message.stickers)
    return "\n\n".join(part for part in (_title(message), text.strip() or stickers) if part)


def _title(message: discord.Message) -> str:
    """Of a forum post, which its first message belongs to."""
    channel = message.channel
    is_post = isinstance(channel, discord.Thread) and channel.id == message.id
    return channel.name if is_post and isinstance(channel, discord.Thread) else ""


def person_of(user: discord.User | discord.Member, locale: str = "") -> Person:
    roles: tuple[str, ...] = ()
    if isinstance(user, discord.Member):
        roles = tuple(role.name for role in user.roles if not role.is_default())
        roles += rights(user.guild_permissions.value)
    return Person(id=str(user.id), name=user.display_name, locale=locale, roles=roles)


def rights(permissions: int) -> tuple[str, ...]:
    """The bot's own names for permissions that matter to it."""
    is_administrator = bool(permissions & _RIGHTS[ADMINISTRATOR])
    return tuple(name for name, bit in _RIGHTS.items() if is_administrator or permissions & bit)
