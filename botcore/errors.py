"""Every error that botcore raises on purpose, as one family.

BotcoreError
├── ConfigurationError    the settings are wrong; lists every fault
├── PluginError           a plugin can't be loaded, or two claim one trigger
├── StoreError            Redis, Valkey or the database
│   ├── StoreUnavailable  it can't be reached now; trying again later may work
│   ├── StoreFull         it refuses writes (memory or disk); what it holds is kept
│   └── CorruptRecord     it holds bytes that can't be read as what they should be
├── MailboxFull           the conversation's mailbox is at its bound; come back later
├── RateLimited           the person or address sends too much; come back later
├── EngineError           the language model's server
│   ├── EngineUnavailable no server, or none that takes requests now
│   ├── EngineTimeout     a deadline passed (connection, first token, between chunks, total)
│   ├── EngineRefused     the server understood and said no (unknown model, ...)
│   │   └── PromptTooLong the prompt has more than the model takes
│   ├── AnswerCut         the answer ended at its limit of tokens; what came before is kept
│   └── AnswerUnfit       the model gave no answer of the type that was asked for
├── ChannelError          a message can't be delivered
└── KnowledgeError        a document can't be read
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class BotcoreError(Exception):
    """Base of the family. `str(error)` is a sentence for a person: who, what, and the remedy."""


class Fault(msgspec.Struct, frozen=True):
    """One mistake in the configuration."""

    where: str
    """File, environment variable or flag that holds the value."""
    key: str
    problem: str
    """What was expected, and the nearest valid name where there is one."""
    value: str = ""
    """What was found; secrets arrive here masked."""

    def __str__(self) -> str:
        found = f" = {self.value}" if self.value else ""
        return f"{self.where}: {self.key}{found}: {self.problem}"


class ConfigurationError(BotcoreError):
    """The settings are wrong. All faults at once, so that one reading mends them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} mistake{'s' if len(self.faults) != 1 else ''} in the configuration:"
        super().__init__("\n".join([count, *(f"  {fault}" for fault in self.faults)]))


class PluginError(BotcoreError):
    """A plugin can't be used; the message names the plugin, the fault and the remedy."""


class StoreError(BotcoreError):
    """Redis, Valkey or the database failed."""


class StoreUnavailable(StoreError):
    """The store can't be reached now. Nothing was lost; trying again later may work."""


class StoreFull(StoreError):
    """The store refuses writes, for want of memory or disk. What it holds is kept."""


class CorruptRecord(StoreError):
    """Stored bytes can't be read as what they should be."""


class MailboxFull(BotcoreError):
    """The conversation's mailbox is at its bound."""

    def __init__(self, retry_after: float = 1.0) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"Too many messages are waiting in this conversation; try again in {retry_after:.0f} s."
        )


class RateLimited(BotcoreError):
    """The person or address sends more than `limits.*` allows."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many messages; try again in {retry_after:.0f} s.")


class EngineError(BotcoreError):
    """The language model's server failed."""


class EngineUnavailable(EngineError):
    """No server answers, or none takes requests now."""


class EngineTimeout(EngineError):
    """A deadline passed: for the connection, the first token, between chunks, or in total."""


class EngineRefused(EngineError):
    """The server understood the request and said no, so that repeating it is useless."""


class PromptTooLong(EngineRefused):
    """The prompt has more tokens than the model takes."""


class AnswerCut(EngineError):
    """The answer ended at its limit of tokens. What came before stands."""


class AnswerUnfit(EngineError):
    """The model gave no answer of the type that was asked for, though it was told what does not fit."""


class ChannelError(BotcoreError):
    """A message can't be delivered to its channel."""

    retry_after: float = 0.0
    """Seconds for which the service wants no further try; 0 where it does not say."""


class KnowledgeError(BotcoreError):
    """A document can't be read into the knowledge base."""
