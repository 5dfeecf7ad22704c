"""A local Discord for tests; see README.md."""

from botcore.testing.fake_discord.server import FakeDiscord
from botcore.testing.fake_discord.world import Asked, Channel, Posted, User

__all__ = ["Asked", "Channel", "FakeDiscord", "Posted", "User"]
