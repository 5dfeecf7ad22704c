"""`botcore eval knowledge`: whether questions find the passage that answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from botcore.app.measuring import passing_records
from botcore.app.minds import database_url, load_embedder
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.cli.progress import note, watched
from botcore.config import Settings
from botcore.errors import ConfigurationError, Fault
from botcore.evaluation.knowledge import (
    Report,
    check_sources,
    evaluate_knowledge,
    own_questions,
    read_questions,
    render_knowledge,
)
from botcore.i18n.language import detect_language
from botcore.knowledge.library import Library
from botcore.stores.records.records import Records


def knowledge(
    questions: Annotated[
        Path | None,
        Parameter(
            help="One JSON object a line, with `question`, `source` and perhaps `contains` and `language`; "
            "otherwise the headings of the documents are asked."
        ),
    ] = None,
    /,
    *,
    folder: Annotated[
        Path | None, Parameter(help="Search the files below it; otherwise the bot's own documents.")
    ] = None,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """Print how often the right passage comes first, and the questions that failed."""
    report = run_async(_measured((place or Place()).settings(), questions, folder))
    if json:
        print_json(report.as_json())
    else:
        out.print(harmless(render_knowledge(report)), markup=False)


async def _measured(settings: Settings, questions: Path | None, folder: Path | None) -> Report:
    rows = read_questions(questions) if questions else []
    async with _records(settings, folder) as records:
        library = Library(records)
        note("reading the documents …")
        synced = await library.sync(folder or settings.knowledge.folder)
        for fault in synced.faults:
            note(fault, always=True)
        passages = await library.passages()
        if not passages:
            where = str(folder or settings.knowledge.folder)
            raise ConfigurationError([Fault(where, "folder", "there is no document to search")])
        if questions:
            check_sources(questions, rows, passages)
        embedder = load_embedder(settings)
        if embedder:
            await library.attach(embedder)
        return await evaluate_knowledge(
            library,
            rows or own_questions(passages),
            settings.knowledge.threshold,
            lambda text: detect_language(text).code,
            by_meaning=embedder is not None,
            watch=watched("asking"),
        )


@asynccontextmanager
async def _records(settings: Settings, folder: Path | None) -> AsyncIterator[Records]:
    """The bot's own, or ones that end with the measuring."""
    if folder:
        async with passing_records() as records:
            yield records
    else:
        async with await Records.open(database_url(settings)) as records:
            yield records
