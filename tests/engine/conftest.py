"""The real engine, started once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from botcore.engines.vllm import VllmEngine
from tests.engine.server import vllm_server


@pytest.fixture(scope="session")
def vllm_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with vllm_server(tmp_path_factory.mktemp("vllm") / "vllm.log") as url:
        yield url


@pytest.fixture
async def vllm(vllm_url: str) -> AsyncIterator[VllmEngine]:
    engine = VllmEngine(vllm_url, priority_scheduling=True)
    yield engine
    await engine.aclose()
