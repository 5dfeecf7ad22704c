"""Small real implementations of what a bot uses, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from botcore.errors import KnowledgeError
from botcore.knowledge.base import Document, Passage
from botcore.types import Address, Person


class FixedKnowledge:
    """A knowledge base that finds the passages it was given whose title or text shares a word with the question."""

    def __init__(self, passages: Sequence[Passage] = ()) -> None:
        self._passages = tuple(passages)

    async def search(self, query: str, language: str = "", limit: int = 5) -> list[Passage]:
        words = {word.strip("?!.,").lower() for word in query.split()}
        found = [one for one in self._passages if words & set(f"{one.title} {one.text}".lower().split())]
        return sorted(found, key=lambda passage: -passage.score)[:limit]

    async def add(self, path: Path, *, root: Path | None = None) -> Document:
        raise KnowledgeError(f"{path}: this knowledge base holds what the test gave it, and takes no files")

    async def list(self) -> Sequence[Document]:
        return ()

    async def remove(self, id: str) -> bool:
        return False


class MemoryDesk:
    """Keeps requests for a human in `requests`: reference -> (address, person, reason)."""

    def __init__(self) -> None:
        self.requests: dict[str, tuple[Address, Person, str]] = {}

    async def request(self, address: Address, person: Person, reason: str) -> str:
        for reference, (asked, _, _) in self.requests.items():
            if asked == address:
                return reference
        reference = f"H-{len(self.requests) + 1}"
        self.requests[reference] = (address, person, reason)
        return reference
