"""Matrix as a channel, on matrix-nio: brought by a plugin, with no change to the core. See README.md."""

from __future__ import annotations

from botcore import Plugin, PluginError
from botcore.channels.base import Channel, ChannelSetup

from .settings import MatrixConfig

plugin = Plugin("matrix", config=MatrixConfig, description="Brings the bot into Matrix rooms.")


@plugin.channel("matrix", numbers_choices=True)
def open_matrix(setup: ChannelSetup[MatrixConfig]) -> Channel | None:
    """None while no homeserver is set."""
    config = setup.config
    if not config.homeserver:
        return None
    if not config.user or not config.password.get_secret_value():
        raise PluginError("plugins.matrix needs user and password beside homeserver")
    try:
        from .channel import MatrixChannel
    except ModuleNotFoundError as error:
        raise PluginError(f"{error.name} is not installed: pip install 'botcore[matrix]'") from error
    return MatrixChannel(setup)
