"""What a scripted engine does with a request, step by step, and the bytes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import msgspec
import orjson


class Say(msgspec.Struct, frozen=True):
    """One piece of the answer."""

    text: str


class Think(msgspec.Struct, frozen=True):
    """One piece of reasoning, under the name that newer (`reasoning`) or older servers give it."""

    text: str
    field: Literal["reasoning", "reasoning_content"] = "reasoning"


class CallTool(msgspec.Struct, frozen=True):
    """One piece of a tool call; a test that wants half a call sends half the arguments, then `Reset()`.

    A call with a name begins; pieces without one go on with the call of their `index`.
    """

    name: str = ""
    arguments: str = ""
    index: int = 0


class Pause(msgspec.Struct, frozen=True):
    seconds: float


class Until(msgspec.Struct, frozen=True):
    """Go on when the test says so."""

    event: asyncio.Event


class Hang(msgspec.Struct, frozen=True):
    """Nothing more, for ever, with the connection left open."""


class Raw(msgspec.Struct, frozen=True):
    """Bytes as they are: malformed events, invalid UTF-8, comments."""

    data: bytes


class Repeat(msgspec.Struct, frozen=True):
    """A model that never stops: this piece again and again."""

    text: str
    pause: float = 0.001


class Finish(msgspec.Struct, frozen=True):
    """The end as vLLM tells it. Added to scripts that don't end in some other way."""

    reason: str = "stop"


class End(msgspec.Struct, frozen=True):
    """The body ends here, without a reason and without [DONE]."""


class Reset(msgspec.Struct, frozen=True):
    """The connection is reset (TCP RST), as by a server that was killed."""


class Status(msgspec.Struct, frozen=True):
    """An HTTP error rather than an answer. Must be the first step."""

    code: int
    message: str = ""


Step = Say | Think | CallTool | Pause | Until | Hang | Raw | Repeat | Finish | End | Reset | Status
ENDS = (Hang, Repeat, Finish, End, Reset, Status)


async def wire(
    body: dict[str, Any], steps: Sequence[Step], *, cached: int = 0
) -> AsyncIterator[bytes | None]:
    """The bytes of a streamed answer; None stands for a reset of the connection. `cached` are words of the prompt."""
    yield _chunk(body, {"role": "assistant", "content": ""})
    for step in steps:
        match step:
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Until(event):
                await event.wait()
            case Hang():
                await asyncio.Event().wait()
            case Repeat(text, pause):
                while True:
                    yield _chunk(body, {"content": text})
                    await asyncio.sleep(pause)
            case Reset():
                yield None
            case Finish(reason):
                yield _ending(body, reason, steps, cached)
            case _:
                yield _piece(body, step)


def _piece(body: dict[str, Any], step: Step) -> bytes:
    match step:
        case Say(text):
            return _chunk(body, {"content": text})
        case Think(text, field):
            return _chunk(body, {field: text})
        case CallTool():
            return _chunk(body, {"tool_calls": [tool_call(step)]})
        case Raw(data):
            return data
        case _:
            return b""


def _ending(body: dict[str, Any], reason: str, steps: Sequence[Step], cached: int) -> bytes:
    ending = _chunk(body, {"content": ""}, reason_of(reason, steps))
    if (body.get("stream_options") or {}).get("include_usage"):
        ending += _event({**head(body), "choices": [], "usage": usage_of(body, steps, cached)})
    return ending + b"data: [DONE]\n\n"


def reason_of(reason: str, steps: Sequence[Step]) -> str:
    """`tool_calls` where there are calls and the script says nothing else."""
    calls = any(isinstance(step, CallTool) for step in steps)
    return "tool_calls" if calls and reason == "stop" else reason


def _chunk(body: dict[str, Any], delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason, "token_ids": None}
    return _event({**head(body), "choices": [choice]})


def head(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body["model"],
    }


def tool_call(step: CallTool) -> dict[str, Any]:
    function = {"name": step.name, "arguments": step.arguments}
    if not step.name:
        return {"index": step.index, "function": {"arguments": step.arguments}}
    return {"index": step.index, "id": f"call-{step.index + 1}", "type": "function", "function": function}


def usage_of(body: dict[str, Any], steps: Sequence[Step], cached: int) -> dict[str, Any]:
    prompt = len(prompt_words(body))
    said = sum(isinstance(step, Say | Think | CallTool) for step in steps)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def prompt_words(body: dict[str, Any]) -> list[str]:
    """Words of the messages, each with the role that says it: what stands for tokens here."""
    return [f"{message['role']}:{word}" for message in body["messages"] for word in text_of(message).split()]


def text_of(message: dict[str, Any]) -> str:
    """The text of a message, whose content may be parts, or nothing beside tool calls."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(payload) + b"\n\n"
