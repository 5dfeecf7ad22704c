"""What a language-model engine promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from typing import Literal

import msgspec


class ChatMessage(msgspec.Struct, frozen=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: str


class ChatRequest(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One request for an answer. `None` leaves the server's default."""

    messages: Sequence[ChatMessage]
    model: str = ""
    """Empty for `engine.model`, or the server's only model."""
    max_tokens: int | None = None
    temperature: float | None = None
    stop: Sequence[str] = ()
    seed: int | None = None
    priority: int | None = None
    """Lower is sooner: a person's turn before summaries. Sent only to servers that schedule by priority."""
    request_id: str = ""
    affinity: str = ""
    """Requests of one conversation carry the same, so that one replica's prefix cache serves them."""
    stream_interval: int | None = None
    """Tokens per piece, for a channel that can't show each. Only vLLM knows it."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the server counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Delta(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of the answer. The last one has a `finish_reason`, and the usage where the server tells it."""

    text: str = ""
    finish_reason: str = ""
    usage: Usage | None = None


class Engine(ABC):
    """A server of language models."""

    @abstractmethod
    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """The answer, piece by piece. Closing the iterator ends the request on the server too.

        Raises EngineUnavailable, EngineTimeout or EngineRefused; after the first piece too.
        """

    @abstractmethod
    async def health(self) -> str:
        """Empty where the engine answers, else a sentence that says what is wrong. Never raises."""

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""
