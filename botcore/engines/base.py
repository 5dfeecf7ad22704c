"""What a language-model engine promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal

import msgspec

from botcore.engines.load import Load


class Image(msgspec.Struct, frozen=True):
    """A picture in a message, for models that see."""

    media_type: str
    data: bytes


class Tool(msgspec.Struct, frozen=True):
    """A function that the model may ask for."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object."""


class ToolCall(msgspec.Struct, frozen=True):
    """The model asks for a function. `arguments` is the model's text: JSON, if all went well."""

    id: str
    name: str
    arguments: str


class ChatMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: str
    images: Sequence[Image] = ()
    tool_calls: Sequence[ToolCall] = ()
    """What an assistant's message asked for."""
    tool_call_id: str = ""
    """Which call a tool's message answers."""


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
    cache_salt: str = ""
    """Requests share a prefix cache only with those of the same salt: one per tenant. Only vLLM knows it."""
    tools: Sequence[Tool] = ()
    tool_choice: str = ""
    """`auto`, `required`, `none`, or the name of the one tool that is to be called. Empty for the server's default.
    Where one is named, vLLM ends with `finish_reason` stop: look at `tool_calls`."""
    json_schema: dict[str, Any] | None = None
    """The answer is JSON that fits this schema."""
    choice: Sequence[str] = ()
    """The answer is one of these, word for word. Only vLLM knows it."""
    min_tokens: int | None = None
    """The answer doesn't end before so many: for measurements. Only vLLM knows it."""
    stream_interval: int | None = None
    """Tokens per piece, for a channel that can't show each. Only vLLM knows it."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the server counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Tokens of the prompt that the prefix cache had, where the server tells it."""


class Counted(msgspec.Struct, frozen=True):
    """Tokens of a text."""

    tokens: int
    context: int = 0
    """That the model takes, prompt and answer together; 0 where the server does not tell it."""


class Delta(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of the answer. The last one has a `finish_reason`, and the usage where the server tells it."""

    text: str = ""
    reasoning: str = ""
    """What the model thinks before it answers: never shown or stored as the answer."""
    tool_calls: Sequence[ToolCall] = ()
    """On the last delta: whole calls, in the model's order."""
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

    def prepare(self) -> None:
        """Begin with what takes long before the first answer; a no-op where nothing does."""

    async def load(self) -> Load | None:
        """How busy it is; None where it does not tell. Raises EngineError where it can't be asked."""
        return None

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        """Tokens of a text without the marks of a message; None where this engine can't count. Never raises."""
        return None

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""
