"""OpenAI's chat completions, as far as a bot can serve them.

Fields that would only tune a model (`temperature`, `max_tokens`, ...) are accepted and have no effect. What would
change the meaning of the answer (`n`, `response_format`, a forced tool) is refused.
Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from botcore.types import Attachment, Role, Said
from botcore.web.bodies import decode_data_url
from botcore.web.problems import Problem

MODEL = "botcore"
BEFORE_CHARACTERS = 100_000
"""Of the history that a client brings along; the oldest messages are left out."""


class ImageUrl(msgspec.Struct, frozen=True):
    url: str


class Part(msgspec.Struct, frozen=True):
    """One piece of a message's content."""

    type: str
    text: str = ""
    image_url: ImageUrl | None = None


class ChatMessage(msgspec.Struct, frozen=True):
    role: str
    content: str | list[Part] | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool = False


class ResponseFormat(msgspec.Struct, frozen=True):
    type: str


class ChatRequest(msgspec.Struct, frozen=True):
    """Body of `POST /v1/chat/completions`."""

    messages: Annotated[list[ChatMessage], msgspec.Meta(min_length=1)]
    model: str = MODEL
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    user: Annotated[str, msgspec.Meta(max_length=512)] | None = None
    n: int | None = 1
    response_format: ResponseFormat | None = None
    tool_choice: str | dict[str, Any] | None = None
    logprobs: bool | None = None


def check(request: ChatRequest) -> None:
    """Problem 400 for what a bot can't do."""
    if request.n not in (None, 1):
        raise Problem(400, "unsupported", param="n", what="n")
    if request.response_format and request.response_format.type != "text":
        raise Problem(400, "unsupported", param="response_format", what="response_format")
    if request.tool_choice not in (None, "none", "auto"):
        raise Problem(400, "unsupported", param="tool_choice", what="tool_choice")
    if request.logprobs:
        raise Problem(400, "unsupported", param="logprobs", what="logprobs")
    if request.messages[-1].role != "user":
        raise Problem(400, "last_not_user", param="messages")


def question(request: ChatRequest) -> tuple[str, list[Attachment]]:
    """Text and pictures of the last message."""
    content = request.messages[-1].content
    if not isinstance(content, list):
        return content or "", []
    pictures = [_picture(part, number) for number, part in enumerate(content) if part.type != "text"]
    return _text(content), pictures


def before(request: ChatRequest) -> list[Said]:
    """The conversation so far. Instructions to a model (`system`, `developer`) and tool results are no talk."""
    told: list[Said] = []
    left = BEFORE_CHARACTERS
    for message in reversed(request.messages[:-1]):
        text = _text(message.content)
        role = _ROLES.get(message.role)
        left -= len(text)
        if left < 0:
            break
        if role and text.strip():
            told.append(Said(role, text))
    return told[::-1]


_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


def _text(content: str | Sequence[Part] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.text for part in content if part.type == "text")


def _picture(part: Part, number: int) -> Attachment:
    if part.type != "image_url" or part.image_url is None:
        raise Problem(400, "unsupported", param="messages", what=f"content part {part.type[:40]!r}")
    media_type, data = decode_data_url(part.image_url.url, param="messages")
    return Attachment(name=f"picture-{number + 1}", media_type=media_type[:120], data=data)


def estimated_usage(request: ChatRequest, answer: str) -> dict[str, Any]:
    """Nobody counts tokens here, since an answer may come without a model: four bytes of UTF-8 are taken for one."""
    asked = sum(_tokens(_text(message.content)) for message in request.messages)
    said = _tokens(answer)
    return {
        "prompt_tokens": asked,
        "completion_tokens": said,
        "total_tokens": asked + said,
        "estimated": True,
    }


def _tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // 4)
