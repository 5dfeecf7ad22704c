"""Opens what dialogues live in: Redis or Valkey by its URL, else a Valkey of our own in the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from redis.asyncio import Redis

from botcore.config.settings import Settings
from botcore.delivery.base import Inbox, Outbox
from botcore.delivery.live import RedisLive
from botcore.delivery.presence import Presence
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.stores.commands import Commands
from botcore.stores.connection import check, connect
from botcore.stores.embedded import EmbeddedValkey

HOUR, DAY = 3600, 86_400


class Dialogues(msgspec.Struct, frozen=True):
    """Inbox, outbox and live streams on one server."""

    redis: Redis
    commands: Commands
    inbox: Inbox
    outbox: Outbox
    live: RedisLive
    presence: Presence
    server: str
    """What it is, for the operator: `Valkey 9.1.2 in data/valkey`."""


@asynccontextmanager
async def open_dialogues(settings: Settings) -> AsyncIterator[Dialogues]:
    """Raises StoreUnavailable, or ConfigurationError for a server that would lose dialogues."""
    if settings.redis.url:
        async with _connected(settings, settings.redis.url, "at redis.url") as dialogues:
            yield dialogues
        return
    folder = settings.data_dir / "valkey"
    async with (
        EmbeddedValkey(folder) as server,
        _connected(settings, server.url, f"of our own in {folder}") as dialogues,
    ):
        yield dialogues


@asynccontextmanager
async def _connected(settings: Settings, url: str, whose: str) -> AsyncIterator[Dialogues]:
    redis = connect(url)
    try:
        version = await check(redis)
        commands = Commands(redis)
        bounds = bounds_of(settings)
        async with RedisLive(redis, commands, keep_seconds=bounds.keep_seconds) as live:
            yield Dialogues(
                redis=redis,
                commands=commands,
                inbox=RedisInbox(commands, Queue(redis, commands), bounds),
                outbox=RedisOutbox(commands, Queue(redis, commands)),
                live=live,
                presence=Presence(commands),
                server=f"Valkey or Redis {version} {whose}",
            )
    finally:
        await redis.aclose()


def bounds_of(settings: Settings) -> Bounds:
    limits, retention = settings.limits, settings.retention
    return Bounds(
        mailbox=limits.mailbox,
        ready=limits.waiting_conversations,
        history=limits.history,
        remember_seconds=int(retention.duplicate_hours * HOUR),
        keep_seconds=int(retention.conversation_days * DAY),
        rate_messages=limits.messages if limits.enabled else 0,
        rate_seconds=limits.seconds,
    )
