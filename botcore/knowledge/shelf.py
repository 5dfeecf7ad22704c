"""Documents and chunks in the records. Functions on a connection, so that their caller says where a transaction ends."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botcore.engines.embedder import Vectors
from botcore.knowledge.base import Document
from botcore.knowledge.readers import Reading
from botcore.stores.records import chunks, documents, marks

_MARK = "documents"


class Entry(msgspec.Struct, frozen=True):
    """A document about to be stored."""

    id: str
    uri: str
    language: str
    digest: str
    synced: bool
    reading: Reading


class Chunk(msgspec.Struct, frozen=True):
    """A stored section, with what a passage tells of it."""

    id: int
    title: str
    text: str
    uri: str
    language: str
    vector: bytes | None
    vector_of: str

    @property
    def searched(self) -> str:
        """What it is found by: its own title counts twice."""
        return f"{self.title}\n{self.title.rpartition(' › ')[2]}\n{self.text}"


async def version(connection: AsyncConnection) -> int:
    """Grows with every change of a document; 0 for an empty shelf."""
    query = select(marks.c.value).where(marks.c.name == _MARK)
    return int((await connection.execute(query)).scalar() or 0)


async def put(connection: AsyncConnection, entry: Entry) -> Document:
    """Store the document in the place of the one with its URI."""
    await connection.execute(delete(documents).where(documents.c.uri == entry.uri))
    added_at = time.time()
    await connection.execute(
        insert(documents).values(
            id=entry.id,
            uri=entry.uri,
            title=entry.reading.title,
            language=entry.language,
            digest=entry.digest,
            synced=entry.synced,
            added_at=added_at,
        )
    )
    await connection.execute(insert(chunks), _rows(entry))
    await _count_up(connection)
    return Document(
        entry.id, entry.reading.title, entry.uri, entry.language, len(entry.reading.sections), added_at
    )


async def drop(connection: AsyncConnection, id: str) -> bool:
    """Delete a document and its chunks. False where there is none."""
    if not (await connection.execute(delete(documents).where(documents.c.id == id))).rowcount:
        return False
    await _count_up(connection)
    return True


async def listing(connection: AsyncConnection) -> list[Document]:
    """All documents by URI."""
    count = select(func.count()).where(chunks.c.document_id == documents.c.id).scalar_subquery()
    query = select(documents, count.label("chunks")).order_by(documents.c.uri)
    return [
        Document(row.id, row.title, row.uri, row.language, row.chunks, row.added_at)
        for row in await connection.execute(query)
    ]


async def digests(connection: AsyncConnection) -> Mapping[str, str]:
    """URI -> digest of every document."""
    rows = await connection.execute(select(documents.c.uri, documents.c.digest))
    return {row.uri: row.digest for row in rows}


async def synced(connection: AsyncConnection) -> Mapping[str, str]:
    """URI -> id of the documents that stand for a file of the knowledge folder."""
    rows = await connection.execute(select(documents.c.uri, documents.c.id).where(documents.c.synced))
    return {row.uri: row.id for row in rows}


async def contents(connection: AsyncConnection) -> list[Chunk]:
    """All chunks, in the order of their documents."""
    query = (
        select(chunks, documents.c.uri, documents.c.language)
        .join_from(chunks, documents)
        .order_by(documents.c.uri, chunks.c.position)
    )
    return [
        Chunk(row.id, row.title, row.text, row.uri, row.language, row.vector, row.vector_of)
        for row in await connection.execute(query)
    ]


async def put_vectors(connection: AsyncConnection, ids: Sequence[int], vectors: Vectors, of: str) -> None:
    """Store what the embedder named `of` made of these chunks. A chunk that is gone meanwhile is left out."""
    change = (
        update(chunks)
        .where(chunks.c.id == bindparam("chunk"))
        .values(vector=bindparam("bytes"), vector_of=of)
    )
    rows = [
        {"chunk": id, "bytes": vector.astype("<f2").tobytes()}
        for id, vector in zip(ids, vectors, strict=True)
    ]
    await connection.execute(change, rows)
    await _count_up(connection)


def vector_from(data: bytes) -> Vectors:
    """The stored vector, of unit length again."""
    vector = np.frombuffer(data, "<f2").astype(np.float32)
    unit: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return unit


def _rows(entry: Entry) -> list[dict[str, object]]:
    """A section's title is told after its document's: `Returns › How long?`."""
    return [
        {
            "document_id": entry.id,
            "position": position,
            "title": f"{entry.reading.title} › {section.title}" if section.title else entry.reading.title,
            "text": section.text,
        }
        for position, section in enumerate(entry.reading.sections)
    ]


async def _count_up(connection: AsyncConnection) -> None:
    change = update(marks).where(marks.c.name == _MARK).values(value=marks.c.value + 1)
    if not (await connection.execute(change)).rowcount:
        await connection.execute(insert(marks).values(name=_MARK, value=1))
