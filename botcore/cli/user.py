"""`botcore user`: what is kept of a person, given out or erased."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.app.folder import data_folder
from botcore.app.minds import database_url
from botcore.app.people.export import as_document
from botcore.app.people.people import Erased, Holdings, People
from botcore.app.people.typed_lines import TypedLines
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.config import Settings
from botcore.memory.base import Owner
from botcore.stores.records.records import Records

T = TypeVar("T")
Whom = Annotated[
    str, Parameter(help="CHANNEL:PERSON, such as telegram:4711 or web:<session>.", allow_leading_hyphen=True)
]
OUTSIDE = (
    "Outside botcore's reach: logs that you collect, backups and snapshots of the stores, what the services "
    "themselves keep (Telegram, Discord), and what others wrote about the person."
)

user_app = App(name="user")


@user_app.command
def export(
    person: Whom,
    /,
    *,
    out_file: Annotated[
        Path | None, Parameter(name="--out", help="A new file to write to, for you alone to read.")
    ] = None,
    json: Json = False,
    place: Place | None = None,
) -> int:
    """Give out everything that is kept of a person, as one JSON object."""
    owner = _owner(person)
    if owner is None:
        return _complain(NOBODY, 2)
    found, document = _on_people(place, lambda people, dialogues: _exported(people, dialogues, owner))
    if out_file is None:
        print_json(document)
        return 0
    try:
        _write(out_file, document)
    except FileExistsError:
        return _complain(f"{out_file} is there already: nothing was written; name another file", 1)
    except OSError as error:
        return _complain(f"{out_file} can't be written: {error.strerror}", 1)
    if json:
        print_json({"person": str(owner), "file": str(out_file), "found": found.counts()})
    else:
        _show(found.counts())
        out.print(f"All of it is in {out_file}.", markup=False)
    return 0


@user_app.command
def erase(
    person: Whom,
    /,
    *,
    yes: Annotated[bool, Parameter(name="--yes", help="Don't ask.", negative=())] = False,
    json: Json = False,
    place: Place | None = None,
) -> int:
    """Erase everything that is kept of a person, for good. The bot may be running."""
    owner = _owner(person)
    if owner is None:
        return _complain(NOBODY, 2)
    if not yes and (json or not sys.stdin.isatty()):
        return _complain("say --yes to erase without being asked", 2)

    async def work(people: People, _: Dialogues) -> Erased | None:
        found = await people.holdings(owner, _progress)
        if not yes and not _confirmed(owner, found):
            return None
        return await people.erase(found, _progress)

    erased = _on_people(place, work)
    if erased is None:
        out.print("Nothing was erased.")
        return 1
    if json:
        print_json(
            {
                "person": str(owner),
                "erased": erased.counts,
                "came_meanwhile": erased.again,
                "remains": erased.remains,
                "outside": OUTSIDE,
            }
        )
    else:
        _tell(owner, erased)
    return 0


NOBODY = "name the person as CHANNEL:PERSON, such as telegram:4711; `botcore trace list` and `botcore desk list` show them"


def _owner(text: str) -> Owner | None:
    channel, _, person = text.partition(":")
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return Owner(channel, person) if channel and person else None


async def _exported(people: People, dialogues: Dialogues, owner: Owner) -> tuple[Holdings, dict[str, Any]]:
    found = await people.holdings(owner, _progress)
    return found, await as_document(found, dialogues.commands)


def _confirmed(owner: Owner, found: Holdings) -> bool:
    out.print(f"Of {harmless(str(owner))} there is:", markup=False)
    _show(found.counts())
    for part in found.parts:
        whose = "all of it" if part.own else "only what they and the bot said to each other"
        out.print(f"  {harmless(str(part.address))}: {whose}", markup=False)
    try:
        return input("Erase it for good? Type yes: ").strip().casefold() == "yes"
    except EOFError:
        return False


def _tell(owner: Owner, erased: Erased) -> None:
    name = harmless(str(owner))
    if any(erased.counts.values()):
        out.print(f"Of {name} was erased:", markup=False)
        _show(erased.counts)
    else:
        out.print(f"Nothing was kept of {name}.", markup=False)
    if erased.again:
        out.print(f"What came meanwhile was erased too ({erased.again}).")
    for sentence in (*erased.remains, OUTSIDE):
        out.print(sentence, markup=False)


def _show(counts: Mapping[str, int]) -> None:
    table = Table(box=None, show_header=False)
    table.add_column(justify="right")
    for what, count in counts.items():
        if count:
            table.add_row(str(count), what)
    out.print(table)


def _progress(looked: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rlooked at {looked} keys")
        sys.stderr.flush()


def _write(path: Path, document: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _complain(problem: str, code: int) -> int:
    sys.stderr.write(f"botcore: {problem}\n")
    return code


def _on_people(place: Place | None, work: Callable[[People, Dialogues], Awaitable[T]]) -> T:
    settings = (place or Place()).settings()

    async def opened() -> T:
        async with _people(settings) as (people, dialogues):
            return await work(people, dialogues)

    return run_async(opened())


@asynccontextmanager
async def _people(settings: Settings) -> AsyncIterator[tuple[People, Dialogues]]:
    async with (
        open_dialogues(settings) as dialogues,
        await Records.open(database_url(settings)) as records,
    ):
        yield People(dialogues, records, TypedLines(data_folder(settings))), dialogues
