"""discord.py's client, with one bad event no longer being the end of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from botcore.channels.discord.library import discord
from botcore.channels.discord.options import DiscordOptions

log = structlog.get_logger()


class Hears(Protocol):
    """Who is told what happens. Called in the order of the gateway; none of them may block."""

    def on_message(self, client: discord.Client, message: discord.Message) -> None: ...

    def on_edit(self, client: discord.Client, message: discord.Message) -> None: ...

    def on_delete(self, chat: int, messages: set[int]) -> None: ...

    def on_reaction(self, client: discord.Client, reaction: discord.RawReactionActionEvent) -> None: ...

    def on_interaction(self, payload: object) -> None: ...

    def on_identified(self, client: discord.Client) -> None:
        """A session has begun. What was said since the last one will not be told by the gateway."""


class BotClient(discord.Client):
    """One session, enough for 2,500 servers. Without `reads_all` it gets the text only of what is meant for it."""

    def __init__(self, hears: Hears, options: DiscordOptions, *, reads_all: bool, **more: Any) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.guild_reactions = intents.dm_reactions = True
        intents.message_content = reads_all
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            heartbeat_timeout=options.heartbeat_timeout,
            **more,
        )
        self._hears = hears
        self._guard_parsers()

    def _guard_parsers(self) -> None:
        """An exception while discord.py reads one event would end the client, and a resume would bring it again.

        Interactions are read by the channel itself, as they are when they come by HTTP.
        """
        parsers = self._connection.parsers
        parsers["INTERACTION_CREATE"] = self._hears.on_interaction
        for event, parse in list(parsers.items()):
            parsers[event] = _guarded(event, parse)

    def on_login(self) -> None:
        """Where there is no connection that could begin."""
        self._hears.on_identified(self)

    async def on_connect(self) -> None:
        """Of each shard."""
        self._hears.on_identified(self)

    async def on_message(self, message: discord.Message) -> None:
        self._hears.on_message(self, message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self._hears.on_edit(self, event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self._hears.on_delete(event.channel_id, {event.message_id})

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        self._hears.on_delete(event.channel_id, event.message_ids)

    async def on_raw_reaction_add(self, reaction: discord.RawReactionActionEvent) -> None:
        self._hears.on_reaction(self, reaction)

    async def on_raw_reaction_remove(self, reaction: discord.RawReactionActionEvent) -> None:
        self._hears.on_reaction(self, reaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.error(
            "an event from Discord could not be handled", event_method=event_method, exc_info=sys.exc_info()
        )


class Shards(BotClient, discord.AutoShardedClient):
    """Several sessions in this process, each with its part of the servers."""


def make_client(hears: Hears, options: DiscordOptions, *, reads_all: bool) -> BotClient:
    """Must be called in a running event loop."""
    if options.shards == 1:
        return BotClient(hears, options, reads_all=reads_all)
    return Shards(hears, options, reads_all=reads_all, shard_count=options.shards or None)


def _guarded(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def parse_or_skip(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:300]
            log.warning("an event from Discord can't be read and is skipped", event_type=event, reason=reason)

    return parse_or_skip
