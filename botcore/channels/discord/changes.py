"""Deletions and reactions, of which Discord tells numbers only: who did what to which message."""

from __future__ import annotations

import time

from botcore.channels.base import ShownMessages
from botcore.channels.discord.hearing import NAME, person_of
from botcore.channels.discord.library import discord
from botcore.channels.discord.recent import Recent
from botcore.types import Address, AnyEvent, Deleted, Person, Reacted


class Changes:
    def __init__(self, shown: ShownMessages | None) -> None:
        self._shown = shown
        self._recent = Recent()

    def note(self, message: int, event: AnyEvent) -> None:
        """The bot has heard this message."""
        self._recent.note(message, event.address, event.person)

    def deleted(self, message: int) -> Deleted | None:
        """None for a message that was not heard by this process: whose it was can't be known."""
        heard = self._recent.take(message)
        if heard is None:
            return None
        address, person = heard
        return Deleted(
            id=f"{message}.deleted", address=address, person=person, at=time.time(), message=str(message)
        )

    async def reacted(self, me: int, reaction: discord.RawReactionActionEvent) -> Reacted | None:
        """None for a reaction to what others say to each other."""
        if reaction.member and reaction.member.bot:
            return None
        message = str(reaction.message_id)
        address = Address(NAME, str(reaction.channel_id))
        key = await self._shown.key_of(address, message) if self._shown else ""
        about_the_bot = key or reaction.message_author_id == me or reaction.guild_id is None
        if not (about_the_bot or self._recent.of(reaction.message_id)):
            return None
        now = time.time()
        added = reaction.event_type == "REACTION_ADD"
        emoji = (str(reaction.emoji) if reaction.emoji.is_unicode_emoji() else f":{reaction.emoji.name}:",)
        return Reacted(
            id=f"{message}.{reaction.user_id}.{'+' if added else '-'}{emoji[0]}.{round(now * 1000)}",
            address=address,
            person=person_of(reaction.member) if reaction.member else Person(id=str(reaction.user_id)),
            at=now,
            message=key or message,
            added=emoji if added else (),
            removed=() if added else emoji,
        )
