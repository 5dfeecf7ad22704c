"""A library over records in a temporary folder, and the sample shop's documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from botcore.engines.embedder import Vectors
from botcore.knowledge.library import Library
from botcore.stores.records import Records
from tests.records.conftest import records, url

__all__ = ["records", "url"]

SHOP = Path(__file__).parents[2] / "config" / "knowledge"

MEANINGS = {"automobile": 0, "car": 0, "wagon": 0, "feline": 1, "cat": 1, "kitten": 1}
"""Words that the tests' embedder understands, by what they mean."""


class MeaningEmbedder:
    """Implements Embedder for English: texts that mean the same word of MEANINGS have the same vector."""

    dimensions = 4

    def __init__(self, name: str = "meaning-1") -> None:
        self.name = name
        self.embedded: list[str] = []

    def knows(self, language: str) -> bool:
        return language == "en"

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            known = [meaning for word, meaning in MEANINGS.items() if word in text.lower()]
            vectors[row, known[0] if known else 3] = 1
        return vectors


@pytest.fixture
def library(records: Records) -> Library:
    return Library(records)


@pytest.fixture
async def shop(records: Records) -> Library:
    """The library with the sample documents in it."""
    library = Library(records)
    report = await library.sync(SHOP)
    assert not report.faults
    return library
