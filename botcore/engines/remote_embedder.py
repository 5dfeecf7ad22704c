"""Sentence vectors from a server: `vllm serve MODEL --runner pooling`, or any with `/v1/embeddings`."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Sequence

import msgspec
import numpy as np
import orjson

from botcore.engines.embedder import Vectors
from botcore.engines.refusals import refusal
from botcore.engines.wire import error_message, well_formed
from botcore.errors import EngineError, EngineUnavailable

AT_ONCE = 64
"""Texts per request."""
CHARACTERS = 4096
"""What is read of a text; what is longer than the model takes is cut by the server."""
SECONDS = 20.0
AWAY_SECONDS = 30.0
"""After a failure, for so long the letters of a text alone decide, and nobody waits for the server."""
_LIMIT = 1 << 26


class _Row(msgspec.Struct):
    index: int
    embedding: list[float]


class _Reply(msgspec.Struct):
    data: list[_Row]


class RemoteEmbedder:
    """An `Embedder`. Like every one it blocks, so it has a connection of its own for each request."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str = "",
        languages: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` ends in `/v1`. `languages` are those that the model knows, ISO 639-1; none stands for all."""
        self.name = f"server-{model}"
        self._url = url.strip().rstrip("/")
        self._model = model
        self._languages = frozenset(languages)
        self._headers = {"Content-Type": "application/json"}
        if api_key.strip():
            self._headers["Authorization"] = f"Bearer {api_key.strip()}"
        self._clock = clock
        self._away_until = float("-inf")
        self._dimensions = 0
        self._asking = threading.Lock()

    @property
    def dimensions(self) -> int:
        """Blocks for the first time, to ask. Raises EngineError."""
        with self._asking:
            if not self._dimensions:
                self._dimensions = self._embed(["hello"]).shape[1]
        return self._dimensions

    def knows(self, language: str) -> bool:
        """Nothing while the server is away, so that the letters decide rather than nobody."""
        if self._clock() < self._away_until:
            return False
        return not self._languages or language in self._languages

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises EngineUnavailable, or EngineRefused."""
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for begin in range(0, len(texts), AT_ONCE):
            batch = [well_formed(text[:CHARACTERS]) or " " for text in texts[begin : begin + AT_ONCE]]
            found[begin : begin + AT_ONCE] = self._embed(batch)
        return found

    def _embed(self, texts: Sequence[str]) -> Vectors:
        body = {"model": self._model, "input": list(texts), "truncate_prompt_tokens": -1}
        try:
            rows = _rows(self._post(orjson.dumps(body)), len(texts))
        except EngineError:
            self._away_until = self._clock() + AWAY_SECONDS
            raise
        vectors = np.array(rows, np.float32)
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit

    def _post(self, body: bytes) -> bytes:
        request = urllib.request.Request(f"{self._url}/embeddings", body, self._headers)  # noqa: S310 - the settings let only http and https through
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - the same
                return bytes(response.read(_LIMIT))
        except urllib.error.HTTPError as error:
            with error:
                said = error_message(error.read(1 << 16))
            raise refusal(self._url, error.code, said, model=self._model) from None
        except (OSError, ValueError) as error:
            raise EngineUnavailable(
                f"No embeddings come from {self._url} ({error}). Start its server, or mend engine.embeddings_url."
            ) from error


def _rows(body: bytes, count: int) -> list[list[float]]:
    try:
        rows = sorted(msgspec.json.decode(body, type=_Reply).data, key=lambda row: row.index)
    except msgspec.DecodeError as error:
        raise EngineUnavailable(
            f"What the embeddings' server sent is no list of vectors ({error})."
        ) from error
    widths = {len(row.embedding) for row in rows}
    if len(rows) != count or len(widths) != 1 or not widths.pop():
        raise EngineUnavailable(f"The embeddings' server sent {len(rows)} vectors for {count} texts.")
    return [row.embedding for row in rows]
