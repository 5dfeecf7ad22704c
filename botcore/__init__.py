"""botcore: a chat-bot framework that a support team runs on its own machines.

These names are what a plugin author needs; everything else may change.
"""

from botcore.asking.stream import Stream
from botcore.context import Context
from botcore.errors import BotcoreError, EngineError, EngineUnavailable, KnowledgeError, PluginError
from botcore.plugin import Plugin
from botcore.types import (
    Address,
    Attachment,
    Deleted,
    Edited,
    Event,
    Message,
    Person,
    Reacted,
    Reply,
    Source,
    Started,
)

__version__ = "0.1.0"

__all__ = [
    "Address",
    "Attachment",
    "BotcoreError",
    "Context",
    "Deleted",
    "Edited",
    "EngineError",
    "EngineUnavailable",
    "Event",
    "KnowledgeError",
    "Message",
    "Person",
    "Plugin",
    "PluginError",
    "Reacted",
    "Reply",
    "Source",
    "Started",
    "Stream",
    "__version__",
]
