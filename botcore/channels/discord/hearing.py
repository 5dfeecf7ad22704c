"""Reads what people do on Discord as events of a conversation; None is what was not meant for the bot."""

from __future__ import annotations

import re

from botcore.channels.discord.buttons import pressed
from botcore.channels.discord.library import discord
from botcore.types import Address, AnyEvent, Attachment, Message, Person, Started

NAME = "discord"
ADMINISTRATOR = "discord:administrator"
"""Role of a person who may administer the server, beside the names of their roles there."""
_PEOPLE_WRITE = (discord.MessageType.default, discord.MessageType.reply)


def heard(message: discord.Message, me: int, *, private: bool) -> AnyEvent | None:
    """What a message says to the bot whose id is `me`. A bare mention begins a conversation."""
    if message.author.bot or message.webhook_id or message.type not in _PEOPLE_WRITE:
        return None
    if not (private or addressed(message, me)):
        return None
    id, address, person = str(message.id), Address(NAME, str(message.channel.id)), person_of(message.author)
    at = message.created_at.timestamp()
    text = said(message, me)
    attachments = tuple(_attachment(one) for one in message.attachments)
    if not text and not attachments:
        return Started(id=id, address=address, person=person, at=at) if not private else None
    return Message(id=id, address=address, person=person, at=at, text=text, attachments=attachments)


def addressed(message: discord.Message, me: int) -> bool:
    """Whether a message on a server is for the bot: it is mentioned or answered, or the thread is its own."""
    if any(one.id == me for one in message.mentions) or _answers(message, me):
        return True
    if any(role.tags and role.tags.bot_id == me for role in message.role_mentions):
        return True
    return isinstance(message.channel, discord.Thread) and message.channel.owner_id == me


def _answers(message: discord.Message, me: int) -> bool:
    answered = message.reference.resolved if message.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me


def said(message: discord.Message, me: int) -> str:
    """The text without the mention that called the bot, and with names where Discord has ids."""
    text = re.sub(rf"^\s*<@!?{me}>|<@!?{me}>\s*$", "", message.content)
    for role in message.role_mentions:
        own = role.tags is not None and role.tags.bot_id == me
        text = text.replace(role.mention, "" if own else f"@{role.name}")
    for user in message.mentions:
        text = re.sub(rf"<@!?{user.id}>", lambda _, name=user.display_name: f"@{name}", text)  # type: ignore[misc]
    stickers = " ".join(f":{sticker.name}:" for sticker in message.stickers)
    return text.strip() or stickers


def person_of(user: discord.User | discord.Member, locale: str = "") -> Person:
    roles: tuple[str, ...] = ()
    if isinstance(user, discord.Member):
        roles = tuple(role.name for role in user.roles if not role.is_default())
        if user.guild_permissions.administrator:
            roles += (ADMINISTRATOR,)
    return Person(id=str(user.id), name=user.display_name, locale=locale, roles=roles)


def _attachment(one: discord.Attachment) -> Attachment:
    return Attachment(
        name=one.filename,
        media_type=(one.content_type or "application/octet-stream").partition(";")[0],
        url=one.url,
        alt=one.description or "",
    )


def asked(interaction: discord.Interaction) -> Message | None:
    """What a slash command or a pressed button says."""
    text = _command(interaction) or pressed(interaction)
    if text is None or interaction.channel_id is None:
        return None
    return Message(
        id=str(interaction.id),
        address=Address(NAME, str(interaction.channel_id)),
        person=person_of(interaction.user, str(interaction.locale.value)),
        at=interaction.created_at.timestamp(),
        text=text,
    )


def _command(interaction: discord.Interaction) -> str | None:
    if interaction.type is not discord.InteractionType.application_command:
        return None
    data = dict(interaction.data or {})
    options = data.get("options")
    values = [one["value"] for one in options if one.get("type") == 3] if isinstance(options, list) else []
    return f"/{data.get('name')} {values[0] if values else ''}".strip()
