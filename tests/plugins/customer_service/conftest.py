"""The plugin in a whole bot, over the sample shop's documents and a real desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from botcore.engines.base import ChatRequest, Delta, Engine
from botcore.errors import EngineTimeout
from botcore.knowledge.library import Library
from botcore.loader import load_plugins
from botcore.plugin import Plugin
from botcore.stores.records import Records, RequestDesk
from botcore.testing import TestBot
from tests.knowledge.conftest import records, shop, url

__all__ = ["records", "shop", "url"]

PLUGINS = Path(__file__).parents[3] / "plugins"


class Model(Engine):
    """Says the given pieces, then fails if it should. Keeps what it was asked."""

    def __init__(self, pieces: Sequence[str] = (), *, fails: bool = False) -> None:
        self.pieces = pieces
        self.fails = fails
        self.asked: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        self.asked.append(request)
        for piece in self.pieces:
            yield Delta(piece)
        if self.fails:
            raise EngineTimeout("the model took too long")

    async def health(self) -> str:
        return ""


@pytest.fixture
def plugin() -> Plugin:
    (loaded,) = load_plugins(["customer_service"], [PLUGINS])
    return loaded.plugin


@pytest.fixture
def desk(records: Records) -> RequestDesk:
    return RequestDesk(records)


@pytest.fixture
async def bot(plugin: Plugin, shop: Library, desk: RequestDesk) -> AsyncIterator[TestBot]:
    async with TestBot(plugin, knowledge=shop, humans=desk) as bot:
        yield bot
