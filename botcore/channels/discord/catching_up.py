"""Reads what was said while the bot was not listening: after a new session the gateway repeats nothing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from botcore.channels.discord.library import FAILURES, discord

log = structlog.get_logger()

READY_SECONDS = 10.0
MOST_CHATS = 1000
MOST_MISSED = 100
"""Messages read again of one chat."""


class LastSeen:
    """The newest message of each chat in which the bot was spoken to; the chats of longest ago are forgotten."""

    def __init__(self) -> None:
        self._chats: OrderedDict[int, tuple[int, int, bool]] = OrderedDict()

    def note(self, message: discord.Message, *, private: bool, addressed: bool) -> None:
        """Messages for others count where the bot was spoken to before."""
        chat = message.channel.id
        if not addressed and chat not in self._chats:
            return
        newest = max(message.id, self._chats.get(chat, (0, 0, False))[0])
        self._chats[chat] = newest, message.guild.id if message.guild else 0, private
        self._chats.move_to_end(chat)
        if len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)

    @property
    def chats(self) -> list[int]:
        return list(self._chats)

    def is_private(self, chat: int) -> bool:
        return self._chats[chat][2]

    def is_room(self, chat: str) -> bool:
        """Whether this is known to be a place where many people write."""
        return chat.isdecimal() and int(chat) in self._chats and not self._chats[int(chat)][2]

    async def missed(self, client: discord.Client, chat: int) -> AsyncIterator[discord.Message]:
        """What was said in the chat since, oldest first. Nothing where it can't be read any more."""
        newest, guild_id, private = self._chats[chat]
        if not private:
            await _servers_known(client)
        known = client.get_channel(chat)
        partial = client.get_partial_messageable(chat, guild_id=guild_id or None)
        place = known if isinstance(known, discord.abc.Messageable) else partial
        try:
            async for message in place.history(
                after=discord.Object(newest), oldest_first=True, limit=MOST_MISSED
            ):
                yield message
        except FAILURES as error:
            log.warning("missed messages can't be read", chat=chat, error=str(error))


async def _servers_known(client: discord.Client) -> None:
    """Whose thread a message stands in is known only once the gateway has told of its server."""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            await client.wait_until_ready()
