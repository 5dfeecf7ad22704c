"""`botcore desk`: people who asked for a person."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.minds import database_url
from botcore.cli.common import Place, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.config import Settings
from botcore.stores.records.desk import Handover, RequestDesk
from botcore.stores.records.records import Records

desk_app = App(name="desk")


@desk_app.command(name="list")
def list_requests(*, json: Json = False, place: Place | None = None) -> None:
    """List the open requests, oldest first."""
    requests = run_async(_open((place or Place()).settings()))
    if json:
        print_json({"requests": [msgspec.to_builtins(request) for request in requests]})
        return
    if not requests:
        out.print("Nobody is waiting for a human.")
        return
    table = Table("reference", "conversation", "person", "since", "why", box=None)
    for one in requests:
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.created_at))
        table.add_row(one.reference, str(one.address), one.person.name or one.person.id, since, one.reason)
    out.print(table)


@desk_app.command
def close(
    reference: Annotated[str, Parameter(help="As `botcore desk list` shows it.")],
    /,
    *,
    place: Place | None = None,
) -> int:
    """Mark a request as seen to."""
    settings = (place or Place()).settings()

    async def work() -> bool:
        async with await Records.open(database_url(settings)) as records:
            return await RequestDesk(records).close(reference)

    found = run_async(work())
    out.print(
        f"{reference}: closed." if found else f"No open request has the reference {reference}.", markup=False
    )
    return 0 if found else 1


async def _open(settings: Settings) -> list[Handover]:
    async with await Records.open(database_url(settings)) as records:
        return list(await RequestDesk(records).list_open())
