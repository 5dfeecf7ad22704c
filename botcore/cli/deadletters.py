"""`botcore deadletters`: messages that no worker could answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.dialogues import open_dialogues
from botcore.cli.common import Place, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.delivery.base import DeadLetter, DeadLetters, Tally
from botcore.errors import MailboxFull
from botcore.types import Message

T = TypeVar("T")
Act = Callable[[DeadLetters, DeadLetter], Awaitable[bool]]
Names = Annotated[str, Parameter(help="Ids or references, as `botcore deadletters list` shows them.")]
All = Annotated[bool, Parameter(name="--all", help="All that are kept.", negative=())]
GONE = "there is none of that name (any more)"
PAGE = 500

deadletters_app = App(name="deadletters")


@deadletters_app.command(name="list")
def list_letters(
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 50,
    json: Json = False,
    place: Place | None = None,
) -> None:
    """List what is kept, oldest first."""

    async def work(letters: DeadLetters) -> tuple[Sequence[DeadLetter], Tally]:
        return await letters.list(max(1, limit)), await letters.tally()

    found, tally = _on_letters(place, work)
    if json:
        counts = {"kept": tally.kept, "buried": tally.buried, "displaced": tally.displaced}
        print_json({"dead_letters": [_plain(letter) for letter in found], **counts})
    elif found:
        out.print(_table(found))
        out.print(_counted(len(found), tally))
    else:
        out.print("No message had to be given up." if not tally.buried else "No dead letter is left.")


@deadletters_app.command
def show(
    name: Annotated[str, Parameter(help="Its id, or the reference that the person quotes.")],
    /,
    *,
    json: Json = False,
    place: Place | None = None,
) -> int:
    """Show one, with what the person wrote."""
    letter = _on_letters(place, lambda letters: letters.show(name))
    if letter is None:
        return _complain({name: GONE})
    if json:
        print_json(_plain(letter))
        return 0
    for key, value in _plain(letter).items():
        out.print(f"{key:<13}{value}", markup=False)
    return 0


@deadletters_app.command
def retry(*names: Names, all: All = False, json: Json = False, place: Place | None = None) -> int:
    """Let the workers try again: the message goes to the end of its conversation."""
    return _for_each(place, names, all, json, "retried", lambda letters, letter: letters.retry(letter))


@deadletters_app.command
def drop(*names: Names, all: All = False, json: Json = False, place: Place | None = None) -> int:
    """Forget messages for good."""
    return _for_each(place, names, all, json, "dropped", lambda letters, letter: letters.drop(letter))


def _for_each(place: Place | None, names: tuple[str, ...], all: bool, json: bool, done: str, act: Act) -> int:
    if not names and not all:
        sys.stderr.write("botcore: name the dead letters, or say --all\n")
        return 2

    async def work(letters: DeadLetters) -> dict[str, str]:
        if all:
            return {letter.id: await _try(act, letters, letter) for letter in await _everything(letters)}
        return {name: await _try(act, letters, await letters.show(name)) for name in names}

    outcomes = _on_letters(place, work)
    failed = {name: problem for name, problem in outcomes.items() if problem}
    acted = [name for name, problem in outcomes.items() if not problem]
    if json:
        print_json({done: acted, "failed": failed})
    else:
        out.print(f"{len(acted)} {done}.")
    return _complain(failed)


async def _try(act: Act, letters: DeadLetters, letter: DeadLetter | None) -> str:
    """What stood in the way, or nothing."""
    try:
        return "" if letter and await act(letters, letter) else GONE
    except MailboxFull as error:
        return f"{error} It is kept."


async def _everything(letters: DeadLetters) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    while page := await letters.list(PAGE, found[-1].id if found else ""):
        found += page
    return found


def _on_letters(place: Place | None, work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    settings = (place or Place()).settings()

    async def opened() -> T:
        async with open_dialogues(settings) as dialogues:
            return await work(dialogues.dead_letters)

    return run_async(opened())


def _complain(failed: dict[str, str]) -> int:
    for name, problem in failed.items():
        sys.stderr.write(f"botcore: {name}: {problem}\n")
    return 1 if failed else 0


def _plain(letter: DeadLetter) -> dict[str, Any]:
    event = letter.event
    return {
        "id": letter.id,
        "reference": letter.reference,
        "conversation": str(letter.address),
        "person": (event.person.name or event.person.id) if event else "",
        "at": letter.at,
        "reason": letter.reason,
        "event": type(event).__name__.lower() if event else "unreadable",
        "text": event.text if isinstance(event, Message) else "",
    }


def _table(letters: Sequence[DeadLetter]) -> Table:
    table = Table(box=None)
    for heading in ("id", "reference", "since"):
        table.add_column(heading, no_wrap=True)
    for heading in ("conversation", "why", "said"):
        table.add_column(heading, overflow="fold")
    for letter in letters:
        plain = _plain(letter)
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(letter.at))
        said = " ".join(plain["text"].split())[:40] or f"({plain['event']})"
        cells = (letter.id, letter.reference, since, plain["conversation"], letter.reason, said)
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    return table


def _counted(shown: int, tally: Tally) -> str:
    parts = [f"{tally.kept} kept" if shown == tally.kept else f"{shown} of {tally.kept} kept"]
    if tally.displaced:
        parts.append(f"{tally.displaced} older ones had to make room")
    return "; ".join(parts) + ". `botcore deadletters retry ID` tries again, `drop ID` forgets."
