"""The web server of this process, made from the app's parts."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry
from starlette.routing import BaseRoute

from botcore.app.app import WORKER, App
from botcore.app.metrics import AppMetrics
from botcore.channels.base import Channel
from botcore.delivery.foreign import probe
from botcore.errors import StoreError
from botcore.web.app import create_health_app, create_web_app
from botcore.web.discord import discord_routes
from botcore.web.parts import Readiness, WebLimits, WebParts
from botcore.web.redis_sessions import RedisSessions
from botcore.web.server import WebServer
from botcore.web.telegram import telegram_routes

DAY = 86_400
ASK_ENGINE_EVERY = 5.0
"""Seconds for which an engine's answer to `health` is believed, so that probes cost it nothing."""


def web_server(app: App, *, gateway: bool = True) -> WebServer:
    """The whole outside of a gateway; health and metrics only of a worker."""
    settings, registry = app.settings, CollectorRegistry()
    registry.register(AppMetrics(app))
    readiness = _Readiness(app)
    if gateway:
        parts = WebParts(
            intake=app.intake,
            live=app.dialogues.live,
            sessions=RedisSessions(
                app.dialogues.redis, retention_seconds=settings.retention.session_days * DAY
            ),
            readiness=readiness,
            texts=app.texts,
            registry=registry,
            api_keys=[key.get_secret_value() for key in settings.web.api_keys],
            origins=settings.web.origins,
            limits=_limits(app),
            title=settings.web.title,
        )
        site = create_web_app(parts, routes=_webhooks(app))
    else:
        site = create_health_app(readiness, app.texts, registry)
    return WebServer(site, settings.web.host, settings.web.port)


def _webhooks(app: App) -> list[BaseRoute]:
    return [*_telegram_webhook(app), *_discord_interactions(app)]


def _discord_interactions(app: App) -> list[BaseRoute]:
    discord = app.channels.get("discord")
    if discord is None or app.settings.discord.mode != "http":
        return []
    from botcore.channels.discord import DiscordChannel

    return discord_routes(discord.endpoint(app.intake)) if isinstance(discord, DiscordChannel) else []


def _telegram_webhook(app: App) -> list[BaseRoute]:
    telegram = app.channels.get("telegram")
    if telegram is None or app.settings.telegram.mode != "webhook":
        return []
    from botcore.channels.telegram import TelegramChannel

    return telegram_routes(telegram.webhook) if isinstance(telegram, TelegramChannel) else []


def _limits(app: App) -> WebLimits:
    limits = app.settings.limits
    return WebLimits(
        text_characters=limits.text_length,
        parallel_chats=limits.parallel_chats,
        sessions_per_minute=limits.sessions_per_minute if limits.enabled else 0,
    )


class _Readiness:
    """Asks the parts how they are."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._engine = ("", float("-inf"))

    async def __call__(self) -> Readiness:
        parts = {"engine": await self._engine_health()}
        parts |= {name: self._channel_health(name, one) for name, one in self._app.channels.items()}
        try:
            parts["state"] = await probe(self._app.dialogues.commands) or "ok"
            workers = await self._app.dialogues.presence.count(WORKER)
            parts["workers"] = "ok" if workers else "no worker is running: messages are kept and wait"
        except StoreError as error:
            return Readiness(takes_messages=False, parts={**parts, "state": str(error)})
        return Readiness(takes_messages=True, parts=parts)

    def _channel_health(self, name: str, channel: Channel) -> str:
        sole = self._app.sole.get(name)
        if sole and not sole.holding:
            return "ok"  # another gateway has its one connection, or this one has it in a moment
        return channel.health() or "ok"

    async def _engine_health(self) -> str:
        minds = self._app.minds
        if minds is None or minds.engine is None:
            return "ok"  # nothing is missing where none is meant to be
        said, at = self._engine
        if time.monotonic() - at > ASK_ENGINE_EVERY:
            said = await minds.engine.health() or "ok"
            self._engine = (said, time.monotonic())
        return said
