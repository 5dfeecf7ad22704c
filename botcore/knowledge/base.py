"""What the knowledge base promises: documents in, passages with their sources out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from botcore.types import Source


class Document(msgspec.Struct, frozen=True):
    id: str
    title: str
    uri: str
    """Where it came from: a path relative to the knowledge folder, or an address."""
    language: str
    chunks: int
    added_at: float


class Passage(msgspec.Struct, frozen=True):
    """A part of a document that may answer a question."""

    text: str
    title: str
    """The document's title, with the section's where it has one: `Returns › How long?`."""
    uri: str
    language: str
    score: float
    """Between 0 and 1: how sure the search is that this answers. Compare with `knowledge.threshold`."""

    def source(self) -> Source:
        return Source(title=self.title, uri=self.uri, snippet=self.text, score=self.score)


class KnowledgeBase(Protocol):
    async def search(self, query: str, language: str = "", limit: int = 5) -> list[Passage]:
        """The best passages, best first; those in `language` first where scores are equal. Empty for none."""

    async def add(self, path: Path, *, root: Path | None = None) -> Document:
        """Read a file (Markdown, CSV, text; others with the extra `documents`). The same file again replaces it.

        Raises KnowledgeError, with the file's name, where it can't be read.
        """

    async def list(self) -> Sequence[Document]: ...

    async def remove(self, id: str) -> bool:
        """False where there is no such document."""
