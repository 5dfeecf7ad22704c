"""Opens what dialogues live in: Redis or Valkey by its URL, else a Valkey of our own in the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from redis.asyncio import Redis

from botcore.app.folder import data_folder
from botcore.config.settings import Settings
from botcore.delivery.base import DeadLetters, Inbox, Outbox, Timers
from botcore.delivery.dead_letters import RedisDeadLetters
from botcore.delivery.lease import Lease, RedisLease
from botcore.delivery.live import RedisLive
from botcore.delivery.pace import Pace, RedisPace
from botcore.delivery.presence import Presence
from botcore.delivery.pulse import Pulse
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox, RedisOutbox
from botcore.delivery.shown import RedisShown
from botcore.delivery.timers import RedisTimers
from botcore.delivery.traces import Traces
from botcore.errors import StoreError
from botcore.memory.base import PersonMemory
from botcore.memory.redis import RedisMemory
from botcore.stores.commands import Commands
from botcore.stores.connection import check, connect
from botcore.stores.embedded import EmbeddedValkey

HOUR, DAY = 3600, 86_400


class Dialogues(msgspec.Struct, frozen=True):
    """Inbox, outbox and live streams on one server."""

    redis: Redis
    commands: Commands
    inbox: Inbox
    open_outbox: Callable[[], Outbox]
    """For each sender its own."""
    live: RedisLive
    dead_letters: DeadLetters
    timers: Timers
    lease: Lease
    presence: Presence
    memory: PersonMemory
    traces: Traces
    pace: Pace
    shown: RedisShown
    """What channels showed of the bot's messages, and how often they tried."""
    server: str
    """What it is, for the operator: `Valkey 9.1.2 in data/valkey`."""


@asynccontextmanager
async def open_dialogues(settings: Settings) -> AsyncIterator[Dialogues]:
    """Raises StoreUnavailable, or ConfigurationError for a server that would lose dialogues."""
    if settings.redis.url:
        async with _connected(settings, settings.redis.url, "at redis.url") as dialogues:
            yield dialogues
        return
    folder = data_folder(settings) / "valkey"
    async with (
        EmbeddedValkey(folder) as server,
        _connected(settings, server.url, f"of our own in {folder}") as dialogues,
    ):
        yield dialogues


@asynccontextmanager
async def _connected(settings: Settings, url: str, whose: str) -> AsyncIterator[Dialogues]:
    redis, bounds = connect(url), bounds_of(settings)
    pulse = Pulse(url, patience=bounds.waiting_seconds)
    try:
        version = await _checked(redis, settings)
        commands = Commands(redis)
        async with RedisLive(redis, commands, keep_seconds=bounds.keep_seconds) as live:
            yield Dialogues(
                redis=redis,
                commands=commands,
                inbox=RedisInbox(commands, Queue(redis, commands, pulse=pulse), bounds),
                open_outbox=lambda: RedisOutbox(commands, Queue(redis, commands)),
                live=live,
                dead_letters=RedisDeadLetters(commands, mailbox_limit=bounds.mailbox),
                lease=RedisLease(commands),
                timers=RedisTimers(
                    commands, mailbox_limit=bounds.mailbox, remember_seconds=bounds.remember_seconds
                ),
                presence=Presence(commands),
                traces=Traces(commands, limit=settings.log.traces),
                memory=RedisMemory(commands, keep_seconds=int(settings.retention.memory_days * DAY)),
                pace=RedisPace(commands),
                shown=RedisShown(commands, keep_seconds=bounds.keep_seconds),
                server=f"Valkey or Redis {version} {whose}",
            )
    finally:
        await pulse.aclose()
        await redis.aclose()


async def _checked(redis: Redis, settings: Settings) -> str:
    """The server's version. A server that is not there is told together with the setting that names it."""
    try:
        return await check(redis)
    except StoreError as error:
        if not settings.redis.url:
            raise
        where = settings.origins.where(("redis", "url"))
        remedy = f"start that server, or correct redis.url ({where}); left empty, botcore starts a Valkey of its own"
        raise type(error)(f"{str(error).rstrip('.')}: {remedy}") from error


def bounds_of(settings: Settings) -> Bounds:
    limits, retention = settings.limits, settings.retention
    return Bounds(
        mailbox=limits.mailbox,
        ready=limits.waiting_conversations,
        waiting_seconds=limits.waiting_seconds,
        history=limits.history,
        remember_seconds=int(retention.duplicate_hours * HOUR),
        keep_seconds=int(retention.conversation_days * DAY),
        rate_messages=limits.messages if limits.enabled else 0,
        rate_seconds=limits.seconds,
    )
