"""What a reranker promises, and vLLM's `/rerank` behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from botcore.engines.remote import Remote
from botcore.engines.wire import well_formed
from botcore.errors import EngineUnavailable

CHARACTERS = 2000
"""What is read of a passage."""


class Reranker(Protocol):
    """Reads a question and a passage together, which tells more than their vectors do."""

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers; higher is better, on no particular scale. Raises EngineError."""
        ...

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""
        ...


class _Result(msgspec.Struct):
    index: int
    relevance_score: float


class _Reply(msgspec.Struct):
    results: list[_Result]


class RemoteReranker:
    """A `Reranker`: `vllm serve` of a cross-encoder (`--runner pooling`), or any that speaks Jina's or Cohere's form."""

    def __init__(self, url: str, model: str, *, api_key: str = "", seconds: float = 5.0) -> None:
        """`url` ends in `/v1`. Someone waits for the answer, so `seconds` are few."""
        self._remote = Remote(url, api_key=api_key, seconds=seconds)
        self._model = model

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        texts = [well_formed(passage[:CHARACTERS]) for passage in passages]
        body = {"model": self._model, "query": well_formed(question), "documents": texts}
        said = await self._remote.post("/rerank", body, model=self._model)
        try:
            results = msgspec.json.decode(said, type=_Reply).results
        except msgspec.DecodeError as error:
            raise EngineUnavailable(f"What {self._remote.url} sent is no ranking ({error}).") from error
        found = {one.index: one.relevance_score for one in results}
        if set(found) != set(range(len(passages))):
            raise EngineUnavailable(f"{self._remote.url} ranked {len(found)} of {len(passages)} passages.")
        return [found[index] for index in range(len(passages))]

    async def aclose(self) -> None:
        await self._remote.aclose()
