"""The bytes of the OpenAI chat API, with what vLLM adds to it: requests out, chunks in."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from botcore.engines.base import ChatRequest

DONE = b"[DONE]"


class Piece(msgspec.Struct, frozen=True):
    """What one chunk adds to the message: text, a thought under either of its two names, or tool calls."""

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[msgspec.Raw] | None = None

    @property
    def says_something(self) -> bool:
        """Rather than only whose turn it is, as the first chunk of an answer does."""
        return bool(self.content or self.reasoning or self.reasoning_content or self.tool_calls)


class Choice(msgspec.Struct, frozen=True):
    delta: Piece | None = None
    finish_reason: str | None = None


class TokenCount(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    message: str = ""
    code: int | str | None = None


class Chunk(msgspec.Struct, frozen=True):
    choices: list[Choice] | None = None
    usage: TokenCount | None = None
    error: ErrorBody | str | None = None


class ModelCard(msgspec.Struct, frozen=True):
    id: str
    parent: str | None = None
    """Of a LoRA adapter: the model that it changes."""


class ModelList(msgspec.Struct, frozen=True):
    data: list[ModelCard]


class ErrorReply(msgspec.Struct, frozen=True):
    """vLLM says `{"error": {...}}`, a missing route `{"detail": "Not Found"}`, others `{"message": ...}`."""

    error: ErrorBody | str | None = None
    detail: str | None = None
    message: str | None = None


_chunks = msgspec.json.Decoder(Chunk)
_models = msgspec.json.Decoder(ModelList)
_errors = msgspec.json.Decoder(ErrorReply)


def decode_chunk(data: bytes) -> Chunk:
    """Bytes that are no UTF-8 become U+FFFD, as the standard of event streams asks. Raises ValueError."""
    try:
        return _chunks.decode(data)
    except UnicodeDecodeError:
        return _chunks.decode(data.decode("utf-8", "replace"))


def decode_models(data: bytes) -> list[ModelCard]:
    """Raises ValueError."""
    return _models.decode(data).data


def error_message(body: bytes) -> str:
    """What the server says in the body of an error, in one line of 300 characters at most."""
    try:
        reply = _errors.decode(body)
    except ValueError:
        text = body.decode("utf-8", "replace")
    else:
        error = reply.error.message if isinstance(reply.error, ErrorBody) else reply.error
        text = error or reply.detail or reply.message or ""
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:299]}…"


def encode_request(
    request: ChatRequest, *, model: str, priority_scheduling: bool = False, stream_interval: int | None = None
) -> bytes:
    """Body of a streamed request. Only what is set goes out, so that strict servers don't refuse it."""
    optional: dict[str, Any] = {
        "max_tokens": request.max_tokens,
        "min_tokens": request.min_tokens,
        "temperature": request.temperature,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "priority": request.priority if priority_scheduling else None,
        "stream_interval": request.stream_interval or stream_interval,
    }
    return orjson.dumps(
        {
            "model": model,
            "messages": [
                {"role": message.role, "content": well_formed(message.content)}
                for message in request.messages
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            **{key: value for key, value in optional.items() if value is not None},
        }
    )


def well_formed(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which have no bytes in UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
