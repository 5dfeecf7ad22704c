"""A scripted server for the tests of the engine clients."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.testing.fake_engine import FakeEngine


@pytest.fixture
async def server() -> AsyncIterator[FakeEngine]:
    async with FakeEngine() as server:
        yield server
