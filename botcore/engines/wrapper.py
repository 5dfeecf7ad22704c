"""An engine around another: what it does not change, the one inside answers."""

from __future__ import annotations

from botcore.engines.base import Counted, Engine
from botcore.engines.load import Load


class EngineWrapper(Engine):
    """Base of engines that change how requests reach another one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def health(self) -> str:
        return await self._engine.health()

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        return await self._engine.count_tokens(text, model=model)

    def prepare(self) -> None:
        self._engine.prepare()

    async def load(self) -> Load | None:
        return await self._engine.load()

    async def aclose(self) -> None:
        await self._engine.aclose()
