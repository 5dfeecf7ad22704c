"""The two ways to run the tests' model: a server, and vLLM in this process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from botcore.engines.base import Engine
from botcore.engines.inprocess import InProcessEngine
from botcore.engines.vllm import VllmEngine
from tests.engine.server import CONTEXT, ENVIRONMENT, MODEL, START_SECONDS, vllm_server

KIND = "BOTCORE_TEST_ENGINE_KIND"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Engine]:
    if os.environ.get(KIND) == "vllm_inprocess":
        os.environ.update(ENVIRONMENT)
        options = {
            "dtype": "float32",
            "max_model_len": CONTEXT,
            "enforce_eager": True,
            "max_num_seqs": 64,
            "block_size": 32,
        }
        engine: Engine = InProcessEngine(str(MODEL), options=options)
        engine.prepare()
        try:
            async with asyncio.timeout(START_SECONDS):
                while "is being loaded" in await engine.health():
                    await asyncio.sleep(0.2)
            yield engine
        finally:
            await engine.aclose()
    else:
        with vllm_server(folder / "vllm.log") as url:
            engine = VllmEngine(url, priority_scheduling=True)
            yield engine
            await engine.aclose()
