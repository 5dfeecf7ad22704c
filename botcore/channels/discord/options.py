"""What the channel is told at its start."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Literal

import msgspec


class DiscordOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses, the token, and how patient to be. Times are seconds."""

    token: str
    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg"
    mode: Literal["gateway", "http"] = "gateway"
    """http: Discord brings interactions to a web route, and nothing else is heard."""
    public_key: str = ""
    """64 hexadecimal digits, by which calls of Discord are known."""
    channels: Set[int] = frozenset()
    """In which the bot hears everything; forums too."""
    threads: bool = False
    """A mention in a text channel begins a thread."""
    shards: int = 1
    """Sessions with the gateway; 0 lets Discord say how many."""
    file_bytes: int = 1_000_000
    """Files of people up to this size come along, larger ones by their address; 0 fetches none."""
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
    """A plugin's command, as Discord's menus show it. Texts are by BCP 47 tag; `en` counts for every other language."""

    name: str
    descriptions: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = {}
    """What may follow the command, each with its name by language; empty where anything may."""
    private: bool = False
    """On a server only who used it sees the answer."""
    menu: Mapping[str, str] = {}
    """Its name in the menu of a message, where the message is what follows the command; empty for none there."""

    @property
    def menu_name(self) -> str:
        return (self.menu.get("en") or next(iter(self.menu.values()), ""))[:32]
