"""What an embedder promises: vectors for texts. Apart from `base`, so that plugins don't load NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of unit length, so that a dot product is their cosine."""

    name: str
    """Changes whenever the vectors do; a key for caches."""

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32. Blocks: call it in a thread from asyncio. Threadsafe."""

    def knows(self, language: str) -> bool:
        """Whether its vectors mean anything for this language (ISO 639-1)."""
