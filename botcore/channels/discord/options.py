"""What the channel is told at its start."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class DiscordOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses, the token, and how patient to be. Times are seconds."""

    token: str
    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg"
    first_retry: float = 1.0
    """Wait before the first new start after a failure; it doubles with every further one."""
    longest_retry: float = 60.0
    refused_retry: float = 300.0
    """Wait after Discord has refused the token."""
    store_patience: float = 60.0
    """How long a message is held while the store is away, before the person is told."""
    heartbeat_timeout: float = 60.0
    """Silence of the gateway after which the connection counts as dead."""

    def __repr__(self) -> str:
        return f"DiscordOptions(api_url={self.api_url!r}, gateway_url={self.gateway_url!r})"


class SlashCommand(msgspec.Struct, frozen=True):
    """A plugin's command, as Discord's menu shows it."""

    name: str
    descriptions: Mapping[str, str]
    """By BCP 47 language tag; `en` is the one for every other language."""
