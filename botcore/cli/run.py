"""`botcore run`: the service."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from typing import Annotated, Literal

from cyclopts import Parameter

from botcore import __version__
from botcore.app.app import App, open_app, sole_run
from botcore.app.garbage import spare_what_stays
from botcore.app.site import web_server
from botcore.cli.common import Place, out, run_async
from botcore.config import Settings


def run(
    *,
    role: Annotated[
        Literal["all", "gateway", "worker"],
        Parameter(help="gateway: takes and sends messages. worker: answers them. all: both, in one process."),
    ] = "all",
    host: Annotated[
        str | None, Parameter(help="The address to listen on; otherwise the setting web.host.")
    ] = None,
    port: Annotated[
        int | None, Parameter(help="The port, or 0 for any free one; otherwise the setting web.port.")
    ] = None,
    place: Place | None = None,
) -> None:
    """Serve until a signal says stop."""
    settings = (place or Place()).settings(quiet=False, **{"web.host": host, "web.port": port})
    run_async(_serve(settings, role))


async def _serve(settings: Settings, role: str) -> None:
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sole_run(settings))
        app = await stack.enter_async_context(
            open_app(settings, worker=role != "gateway", gateway=role != "worker", outside=True)
        )
        server = await stack.enter_async_context(web_server(app, gateway=role != "worker"))
        spare_what_stays()
        _announce(app, server.url, role)
        async with asyncio.TaskGroup() as group:
            loading = group.create_task(_spare_what_is_loaded(app), name="loading")
            await stop.wait()
            loading.cancel()
        out.print("Stopping: answers in flight are finished first (Ctrl-C again stops at once).")


async def _spare_what_is_loaded(app: App) -> None:
    if app.minds:
        await asyncio.wait({app.minds.learning, app.minds.warming})
        spare_what_stays()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if stop.is_set():
            os._exit(130)  # what is not committed stays in the mailbox, and the next start answers it
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, heard)
    return stop


def _announce(app: App, url: str, role: str) -> None:
    out.print(f"botcore {__version__} is ready ({role}).")
    out.print(f"  Health   {url}/readyz" if role == "worker" else f"  Page     {url}/")
    out.print(f"  State    {app.dialogues.server}")
    if app.minds:
        names = ", ".join(one.plugin.name for one in app.minds.plugins)
        out.print(f"  Plugins  {names}")
        if app.minds.engine is None:
            out.print("  Model    none: the bot works without one (engine.urls; `botcore doctor` tells more)")
    out.print("Ctrl-C stops it.")
