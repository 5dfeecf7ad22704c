"""discord.py's client, with one bad event no longer being the end of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from botcore.channels.discord.library import discord

log = structlog.get_logger()


class Hears(Protocol):
    """Who is told what happens. Called in the order of the gateway; none of them may block."""

    def on_message(self, client: discord.Client, message: discord.Message) -> None: ...

    def on_interaction(self, interaction: discord.Interaction) -> None: ...

    def on_identified(self, client: discord.Client) -> None:
        """A session has begun. What was said since the last one will not be told by the gateway."""


class BotClient(discord.Client):
    """Hears messages and interactions. Without `reads_all` it gets the text only of what is meant for it."""

    def __init__(self, hears: Hears, *, reads_all: bool, heartbeat_timeout: float) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = reads_all
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            heartbeat_timeout=heartbeat_timeout,
        )
        self._hears = hears
        self._guard_parsers()

    def _guard_parsers(self) -> None:
        """An exception while discord.py reads one event would end the client, and a resume would bring it again."""
        parsers = self._connection.parsers
        for event, parse in list(parsers.items()):
            parsers[event] = _guarded(event, parse)

    async def on_connect(self) -> None:
        self._hears.on_identified(self)

    async def on_message(self, message: discord.Message) -> None:
        self._hears.on_message(self, message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self._hears.on_interaction(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.error(
            "an event from Discord could not be handled", event_method=event_method, exc_info=sys.exc_info()
        )


def _guarded(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def parse_or_skip(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            log.exception("an event from Discord can't be read and is skipped", event_type=event)

    return parse_or_skip
