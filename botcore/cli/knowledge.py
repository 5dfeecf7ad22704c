"""`botcore kb`: the documents that the bot answers from."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.minds import database_url, load_embedder
from botcore.cli.common import Place, out, print_json, run_async
from botcore.config import Settings
from botcore.errors import KnowledgeError
from botcore.knowledge.base import Document, Passage
from botcore.knowledge.library import Library
from botcore.stores.records.records import Records

kb_app = App(name="kb")
Json = Annotated[bool, Parameter(help="Print one JSON object.", negative=())]


@kb_app.command
def add(
    files: Annotated[list[Path], Parameter(help="Markdown, CSV or text files.")],
    /,
    *,
    place: Place | None = None,
) -> int:
    """Read files into the knowledge base. A file that was read before is replaced; one that can't be read is named,
    and the others are read all the same.
    """
    settings = (place or Place()).settings()

    async def work() -> int:
        failed = 0
        async with _library(settings, embed=True) as library:
            for path in files:
                try:
                    document = await library.add(path)
                except KnowledgeError as error:
                    failed += 1
                    sys.stderr.write(f"botcore: {error}\n")
                    continue
                out.print(
                    f"{document.uri}: {document.title}, {document.chunks} passages (id {document.id})",
                    markup=False,
                )
        return failed

    return 1 if run_async(work()) else 0


@kb_app.command(name="list")
def list_documents(*, json: Json = False, place: Place | None = None) -> None:
    """List the documents, with the number of passages in each."""
    settings = (place or Place()).settings()

    async def work() -> list[Document]:
        async with _library(settings) as library:
            await library.sync(settings.knowledge.folder)
            return list(await library.list())

    documents = run_async(work())
    if json:
        print_json({"documents": [msgspec.to_builtins(document) for document in documents]})
        return
    table = Table("id", "title", "from", "language", "passages", "added", box=None)
    for one in documents:
        added = time.strftime("%Y-%m-%d", time.localtime(one.added_at))
        table.add_row(one.id, one.title, one.uri, one.language, str(one.chunks), added)
    out.print(table)


@kb_app.command
def remove(
    id: Annotated[str, Parameter(help="As `botcore kb list` shows it.")], /, *, place: Place | None = None
) -> int:
    """Remove a document.

    One that lies in knowledge.folder comes back at the next start: delete the file instead.
    """
    settings = (place or Place()).settings()

    async def work() -> bool:
        async with _library(settings) as library:
            return await library.remove(id)

    found = run_async(work())
    out.print(
        f"{id}: removed." if found else f"There is no document {id}; `botcore kb list` shows all.",
        markup=False,
    )
    return 0 if found else 1


@kb_app.command
def search(
    query: Annotated[str, Parameter(help="A question, as a person would ask it.")],
    /,
    *,
    language: Annotated[str, Parameter(help="The language to prefer, such as zh.")] = "",
    limit: Annotated[int, Parameter(help="How many passages at most.")] = 5,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """Show what the bot would find for a question, with the scores that knowledge.threshold is held against."""
    settings = (place or Place()).settings()

    async def work() -> list[Passage]:
        async with _library(settings, embed=True) as library:
            await library.sync(settings.knowledge.folder)
            return await library.search(query, language, limit)

    passages = run_async(work())
    if json:
        print_json({"passages": [msgspec.to_builtins(passage) for passage in passages]})
        return
    for passage in passages:
        answers = "answers" if passage.score >= settings.knowledge.threshold else "below the threshold"
        out.print(
            f"{passage.score:.2f} ({answers})  {passage.title}  ({passage.uri})\n    {passage.text}\n",
            markup=False,
        )
    if not passages:
        out.print("Nothing was found.")


@asynccontextmanager
async def _library(settings: Settings, *, embed: bool = False) -> AsyncIterator[Library]:
    async with await Records.open(database_url(settings)) as records:
        library = Library(records)
        embedder = load_embedder(settings) if embed else None
        if embedder:
            await library.attach(embedder)
        yield library
