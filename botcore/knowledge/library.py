"""The knowledge base over the records: files in, passages out, with the index in memory and the rest on disk."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np

from botcore.engines.embedder import Embedder, Vectors
from botcore.engines.reranker import Reranker
from botcore.errors import EngineError, KnowledgeError
from botcore.knowledge import shelf
from botcore.knowledge.base import Document, Passage
from botcore.knowledge.index import Candidate, Index
from botcore.knowledge.language import language_of
from botcore.knowledge.readers import SUFFIXES, Reading, Section, read
from botcore.knowledge.scoring import confidence
from botcore.stores.records import Records, storable

QUERY_CHARACTERS = 1000
"""What is searched of a longer message: its beginning."""
READ_AS = "1"
"""Grows when readers change what they make of a file, so that `sync` reads every file again."""
_EMBED_AT_ONCE = 64
RERANKED = 12
"""Passages that a reranker is given: it finds the best among them in some ten milliseconds."""
_POOL = 5
"""Candidates whose confidence decides the order: it ranks these few better than the index does."""


class SyncReport(msgspec.Struct, frozen=True):
    """What `Library.sync` did."""

    added: tuple[str, ...] = ()
    """URIs of files that are new or changed."""
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    faults: tuple[str, ...] = ()
    """A sentence for every file that can't be read. What was stored of it before is kept."""


class _Loaded(msgspec.Struct, frozen=True):
    """The shelf as it was at one version."""

    version: int
    chunks: Sequence[shelf.Chunk]
    index: Index
    vectors_of: str


class Library:
    """Implements the promise `KnowledgeBase`. Other processes' changes are seen by the next search."""

    def __init__(
        self, records: Records, embedder: Embedder | None = None, reranker: Reranker | None = None
    ) -> None:
        self._records = records
        self._embedder = embedder
        self._reranker = reranker
        self._loaded: _Loaded | None = None
        self._loading = asyncio.Lock()
        self._embedding = asyncio.Lock()

    async def attach(self, embedder: Embedder) -> None:
        """Search by meaning too from now on. Chunks that have no vector of this embedder get theirs first."""
        await self._embed_missing(embedder)
        self._embedder = embedder

    async def search(self, query: str, language: str = "", limit: int = 5) -> list[Passage]:
        query = storable(query[:QUERY_CHARACTERS])
        if limit < 1 or not query.strip():
            return []
        loaded = await self._load()
        if not loaded.chunks:
            return []
        if self._reranker is not None:
            many = await asyncio.to_thread(
                _search, loaded, self._embedder, query, language, max(limit, RERANKED)
            )
            with suppress(EngineError):  # the search's own order is good too
                return (await _reranked(self._reranker, query, many))[:limit]
        return await asyncio.to_thread(_search, loaded, self._embedder, query, language, limit)

    async def add(self, path: Path, *, root: Path | None = None) -> Document:
        entry = await asyncio.to_thread(_entry, path, root, False)
        return await self._put(entry)

    async def list(self) -> Sequence[Document]:
        """By URI."""
        async with self._records.reading() as connection:
            return await shelf.listing(connection)

    async def passages(self) -> Sequence[Passage]:
        """All of them, in the order of their documents; the score is 0, since nothing was asked."""
        chunks = (await self._load()).chunks
        return [Passage(chunk.text, chunk.title, chunk.uri, chunk.language, 0.0) for chunk in chunks]

    async def remove(self, id: str) -> bool:
        """False where there is no such document. One of the knowledge folder comes back with the next `sync`."""
        async with self._records.writing() as connection:
            return await shelf.drop(connection, storable(id))

    async def sync(self, folder: Path) -> SyncReport:
        """Make the shelf agree with the files below the folder, by their contents. Documents from elsewhere stay.

        A file that can't be read is reported, and the others are done. A folder that is missing removes nothing.
        """
        if not await asyncio.to_thread(folder.is_dir):
            return SyncReport(
                faults=(f"the knowledge folder {folder} is missing; what was read before is kept",)
            )
        async with self._records.reading() as connection:
            stored = await shelf.digests(connection)
            from_folder = await shelf.synced(connection)
        found = await asyncio.to_thread(_digests, folder)
        changed = [uri for uri, digest in found.items() if stored.get(uri) != digest]
        gone = [uri for uri in from_folder if uri not in found]
        added, faults = [], []
        for uri in changed:
            try:
                await self._put(await asyncio.to_thread(_entry, folder / uri, folder, True), embed=False)
                added.append(uri)
            except KnowledgeError as error:
                faults.append(str(error))
        for uri in gone:
            await self.remove(from_folder[uri])
        if added and self._embedder is not None:
            await self._embed_missing(self._embedder)
        return SyncReport(tuple(added), tuple(gone), len(found) - len(changed), tuple(faults))

    async def _put(self, entry: shelf.Entry, *, embed: bool = True) -> Document:
        async with self._records.writing() as connection:
            document = await shelf.put(connection, entry)
        if embed and self._embedder is not None:
            await self._embed_missing(self._embedder)
        return document

    async def _load(self) -> _Loaded:
        async with self._loading:
            async with self._records.reading() as connection:
                version = await shelf.version(connection)
                embedder = self._embedder  # another may be attached while this one's index is built
                vectors_of = embedder.name if embedder else ""
                loaded = self._loaded
                if loaded is not None and (loaded.version, loaded.vectors_of) == (version, vectors_of):
                    return loaded
                chunks = await shelf.contents(connection)
            index = await asyncio.to_thread(_index, chunks, embedder)
            self._loaded = _Loaded(version, chunks, index, vectors_of)
            return self._loaded

    async def _embed_missing(self, embedder: Embedder) -> None:
        async with self._embedding:
            async with self._records.reading() as connection:
                chunks = await shelf.contents(connection)
            missing = [
                chunk
                for chunk in chunks
                if embedder.knows(chunk.language) and chunk.vector_of != embedder.name
            ]
            for begin in range(0, len(missing), _EMBED_AT_ONCE):
                batch = missing[begin : begin + _EMBED_AT_ONCE]
                vectors = await asyncio.to_thread(embedder.embed, [chunk.searched for chunk in batch])
                async with self._records.writing() as connection:
                    await shelf.put_vectors(connection, [chunk.id for chunk in batch], vectors, embedder.name)


def _entry(path: Path, root: Path | None, synced: bool) -> shelf.Entry:
    """A file as the shelf keeps it; its URI is its path below the root, else the whole path."""
    reading = _storable(read(path))
    uri = storable(path.relative_to(root).as_posix() if root else path.resolve().as_posix())
    told = " ".join(f"{section.title} {section.text}" for section in reading.sections[:50])
    id = hashlib.sha256(uri.encode()).hexdigest()[:10]
    return shelf.Entry(id, uri, language_of(told, uri), _digest(path), synced, reading)


def _storable(reading: Reading) -> Reading:
    sections = [Section(storable(section.title), storable(section.text)) for section in reading.sections]
    return Reading(storable(reading.title), sections)


def _digests(folder: Path) -> dict[str, str]:
    """URI -> digest of every file that a reader knows; hidden files and folders are left out."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    shown = [
        path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return {storable(path.relative_to(folder).as_posix()): _digest(path) for path in shown}


def _digest(path: Path) -> str:
    try:
        return READ_AS + ":" + hashlib.sha256(path.read_bytes()).hexdigest()[:40]
    except OSError:
        return ""  # reading it says why


def _index(chunks: Sequence[shelf.Chunk], embedder: Embedder | None) -> Index:
    return Index([chunk.searched for chunk in chunks], _vectors(chunks, embedder))


def _vectors(chunks: Sequence[shelf.Chunk], embedder: Embedder | None) -> Vectors | None:
    if embedder is None:
        return None
    vectors = np.zeros((len(chunks), embedder.dimensions), np.float32)
    for row, chunk in enumerate(chunks):
        if chunk.vector and chunk.vector_of == embedder.name:
            vectors[row] = shelf.vector_from(chunk.vector)
    return vectors


def _search(
    loaded: _Loaded, embedder: Embedder | None, query: str, language: str, limit: int
) -> list[Passage]:
    language = language or language_of(query)
    vector = None
    if embedder is not None and loaded.vectors_of == embedder.name and embedder.knows(language):
        with suppress(EngineError):  # a server of vectors may be away: the words are still there
            vector = embedder.embed([query])[0]
    found = loaded.index.search(query, vector, max(limit, _POOL))
    passages = [_passage(loaded.chunks[candidate.row], candidate, query) for candidate in found]
    return sorted(passages, key=lambda passage: (-round(passage.score, 2), passage.language != language))[
        :limit
    ]


async def _reranked(reranker: Reranker, query: str, found: list[Passage]) -> list[Passage]:
    """Best first by the reranker. Scores stay what the threshold is made for. Raises EngineError."""
    scores = await reranker.scores(query, [f"{one.title}\n{one.text}" for one in found])
    return [found[row] for row in sorted(range(len(found)), key=lambda row: -scores[row])]


def _passage(chunk: shelf.Chunk, found: Candidate, query: str) -> Passage:
    return Passage(chunk.text, chunk.title, chunk.uri, chunk.language, confidence(found, query))
