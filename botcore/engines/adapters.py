"""LoRA adapters that a server learns when they are first asked for, and a model of its own for each plugin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

import msgspec

from botcore.engines.base import ChatRequest, Counted, Delta, Engine
from botcore.engines.remote import Remote
from botcore.engines.wrapper import EngineWrapper
from botcore.errors import EngineRefused


class AdaptedEngine(EngineWrapper):
    """One server, which is told of an adapter before the first request for it.

    vLLM allows that where it runs with VLLM_ALLOW_RUNTIME_LORA_UPDATING (`botcore engine serve --hot-lora`). Where it does not, or
    has the adapter already, nothing is lost: the request itself shows what the server knows.
    """

    def __init__(self, engine: Engine, remote: Remote, adapters: Mapping[str, str]) -> None:
        """`adapters`: name -> folder, as the server's machine knows it."""
        super().__init__(engine)
        self._remote = remote
        self._adapters = dict(adapters)
        self._told: set[str] = set()
        self._telling = asyncio.Lock()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        if request.model in self._adapters and request.model not in self._told:
            await self._tell(request.model)
        try:
            async with aclosing(self._engine.stream(request)) as deltas:
                async for delta in deltas:
                    yield delta
        except EngineRefused:
            self._told.discard(request.model)  # the server may have been started anew
            raise

    async def aclose(self) -> None:
        await self._remote.aclose()
        await super().aclose()

    async def _tell(self, name: str) -> None:
        async with self._telling:
            if name in self._told:
                return
            with suppress(EngineRefused):  # known already, or not allowed: the request tells which
                await self._remote.post(
                    "/load_lora_adapter", {"lora_name": name, "lora_path": self._adapters[name]}, model=name
                )
            self._told.add(name)


class ModelEngine(EngineWrapper):
    """An engine whose requests are for `model` where they name none."""

    def __init__(self, engine: Engine, model: str) -> None:
        super().__init__(engine)
        self._model = model

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        if not request.model:
            request = msgspec.structs.replace(request, model=self._model)
        return self._engine.stream(request)

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        return await self._engine.count_tokens(text, model=model or self._model)
