"""What plugin authors test with. No server, no model, no set-up."""

from botcore.testing.answer import Answer
from botcore.testing.bot import TestBot
from botcore.testing.channels import CHANNELS, ChannelName
from botcore.testing.fakes import FixedKnowledge, MemoryDesk

__all__ = ["CHANNELS", "Answer", "ChannelName", "FixedKnowledge", "MemoryDesk", "TestBot"]
