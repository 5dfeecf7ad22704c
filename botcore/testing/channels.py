"""The channels that a test may run on: those whose libraries are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

ChannelName = Literal["discord", "telegram", "web"]
"""For `TestBot(plugin, channel=...)`."""

_LIBRARIES: dict[ChannelName, str] = {"web": "botcore", "telegram": "telegram", "discord": "discord"}

CHANNELS: tuple[ChannelName, ...] = tuple(
    name for name, library in _LIBRARIES.items() if find_spec(library) is not None
)
"""`@pytest.mark.parametrize("channel", CHANNELS)` runs a test on each of them."""
