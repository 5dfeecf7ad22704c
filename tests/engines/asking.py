"""What every test of an engine does: ask, and look at what came."""

from __future__ import annotations

from typing import Any

from botcore.engines.base import ChatMessage, ChatRequest, Delta, Engine
from botcore.errors import EngineError


def asking(text: str = "Hello", **options: Any) -> ChatRequest:
    return ChatRequest(messages=[ChatMessage("user", text)], **options)


async def answer(engine: Engine, request: ChatRequest | None = None) -> list[Delta]:
    return [delta async for delta in engine.stream(request or asking())]


async def text_of(engine: Engine, request: ChatRequest | None = None) -> str:
    return "".join(delta.text for delta in await answer(engine, request))


async def broken_answer(engine: Engine, request: ChatRequest | None = None) -> tuple[str, EngineError]:
    """The text that came, and the error that ended it."""
    text = ""
    try:
        async for delta in engine.stream(request or asking()):
            text += delta.text
    except EngineError as error:
        return text, error
    raise AssertionError(f"the answer ended well: {text!r}")
