"""A bot with the translation plugin, and language models that say what a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from botcore.engines.base import ChatRequest, Delta, Engine
from botcore.errors import EngineUnavailable
from botcore.testing import TestBot
from plugins.translation.plugin import plugin


class Model(Engine):
    """Answers with what `translate` makes of the text between the tags."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate
        self.requests: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        self.requests.append(request)
        text = request.messages[-1].content.removeprefix("<text>\n").removesuffix("\n</text>")
        yield Delta(self._translate(text))
        yield Delta("", "stop")

    async def health(self) -> str:
        return ""


class Down(Engine):
    """A server that is away."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        raise EngineUnavailable("no server answers.")
        yield Delta()

    async def health(self) -> str:
        return "no server answers."


@pytest.fixture
async def bot(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestBot]:
    """Without a model, and without Apertium: its path is empty."""
    monkeypatch.setenv("PATH", "")
    plugin_apertium_forgets()
    async with TestBot(plugin) as running:
        yield running
    plugin_apertium_forgets()


def plugin_apertium_forgets() -> None:
    """Let the next bot look for Apertium again."""
    from plugins.translation.plugin import _apertium

    _apertium.cache_clear()
