"""discord.py as this channel uses it: imported without its warning, and pointed at the configured addresses."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # discord.py loads audioop for voice, which this channel does not use; Python 3.11 and 3.12 warn of it.
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*audioop")
    import discord
    import discord.gateway
    import discord.http
import aiohttp
import yarl

FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""All that a request to Discord may raise; a RuntimeError is aiohttp's word for a session closed meanwhile."""


def point_at(api_url: str, gateway_url: str) -> None:
    """Let discord.py speak to these addresses. Counts for the whole process: discord.py keeps them in its classes."""
    discord.http.Route.BASE = api_url.rstrip("/")
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


__all__ = ["FAILURES", "discord", "point_at"]
