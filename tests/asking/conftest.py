"""A scripted server, and an engine that asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.engines.vllm import VllmEngine
from botcore.testing.fake_engine import FakeEngine


@pytest.fixture
async def server() -> AsyncIterator[FakeEngine]:
    async with FakeEngine() as server:
        yield server


@pytest.fixture
async def engine(server: FakeEngine) -> AsyncIterator[VllmEngine]:
    engine = VllmEngine(server.url)
    yield engine
    await engine.aclose()
