"""Discord, on discord.py; see README.md."""

from botcore.channels.discord.channel import DiscordChannel
from botcore.channels.discord.options import DiscordOptions, SlashCommand

__all__ = ["DiscordChannel", "DiscordOptions", "SlashCommand"]
