"""The bytes of the OpenAI chat API, with what vLLM adds to it: requests out, chunks in."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import orjson

from botcore.engines.base import ChatMessage, ChatRequest, Counted, Image, Tool

DONE = b"[DONE]"
TOOL_CHOICES = ("auto", "required")


class FunctionPiece(msgspec.Struct, frozen=True):
    name: str | None = None
    arguments: str | None = None


class CallPiece(msgspec.Struct, frozen=True):
    """A part of one tool call; `index` says of which. The name comes in the first part, as a rule whole."""

    index: int | None = None
    id: str | None = None
    function: FunctionPiece | None = None


class Piece(msgspec.Struct, frozen=True):
    """What one chunk adds to the message: text, a thought under either of its two names, or tool calls."""

    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[CallPiece] | None = None


class Choice(msgspec.Struct, frozen=True):
    delta: Piece | None = None
    finish_reason: str | None = None


class PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int | None = None


class TokenCount(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None


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


class CountReply(msgspec.Struct, frozen=True):
    count: int
    max_model_len: int | None = None


class ErrorReply(msgspec.Struct, frozen=True):
    """vLLM says `{"error": {...}}`, a missing route `{"detail": "Not Found"}`, others `{"message": ...}`."""

    error: ErrorBody | str | None = None
    detail: str | None = None
    message: str | None = None


_chunks = msgspec.json.Decoder(Chunk)
_models = msgspec.json.Decoder(ModelList)
_counts = msgspec.json.Decoder(CountReply)
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


def decode_count(data: bytes) -> Counted:
    """Raises ValueError."""
    reply = _counts.decode(data)
    return Counted(reply.count, reply.max_model_len or 0)


def encode_count(text: str, *, model: str) -> bytes:
    """Body of a request for the number of a text's tokens."""
    return orjson.dumps({"model": model, "prompt": well_formed(text), "add_special_tokens": False})


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
    """Body of a streamed request. Only what is set goes out, so that strict servers don't refuse it.

    vLLM writes the call of a tool that it was told not to use as text, so `tool_choice="none"` sends no tools.
    """
    tools = request.tools if request.tool_choice != "none" else ()
    optional: dict[str, Any] = {
        "max_tokens": request.max_tokens,
        "min_tokens": request.min_tokens,
        "temperature": request.temperature,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "priority": request.priority if priority_scheduling else None,
        "cache_salt": request.cache_salt or None,
        "tools": [_tool(tool) for tool in tools] or None,
        "tool_choice": _tool_choice(request.tool_choice) if tools else None,
        "response_format": _schema(request.json_schema),
        "structured_outputs": {"choice": list(request.choice)} if request.choice else None,
        "stream_interval": request.stream_interval or stream_interval,
    }
    return orjson.dumps(
        {
            "model": model,
            "messages": [encode_message(message) for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            **{key: value for key, value in optional.items() if value is not None},
        }
    )


def encode_message(message: ChatMessage) -> dict[str, Any]:
    """One message as the API has it: pictures are parts beside the text, as `data:` addresses."""
    content = well_formed(message.content)
    told: dict[str, Any] = {"role": message.role, "content": content}
    if message.images:
        parts = [_picture(image) for image in message.images]
        told["content"] = [{"type": "text", "text": content}, *parts] if content else parts
    if message.tool_calls:
        told["content"] = content or None
        told["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        told["tool_call_id"] = message.tool_call_id
    return told


def _picture(image: Image) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{data}"}}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> str | dict[str, Any] | None:
    if not choice or choice in TOOL_CHOICES:
        return choice or None
    return {"type": "function", "function": {"name": choice}}


def _schema(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    if schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def well_formed(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which have no bytes in UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
