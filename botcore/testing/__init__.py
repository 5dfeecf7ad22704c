"""What plugin authors test with. No server, no model, no set-up."""

from botcore.testing.bot import Answer, TestBot
from botcore.testing.fakes import FixedKnowledge, MemoryDesk

__all__ = ["Answer", "FixedKnowledge", "MemoryDesk", "TestBot"]
