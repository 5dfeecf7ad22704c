"""`botcore simulate`: chat with the bot as on Discord or Telegram, on a page of this machine."""

from __future__ import annotations

import asyncio
import shutil
import signal
from contextlib import AsyncExitStack
from typing import Annotated, Literal

from cyclopts import Parameter

from botcore.app.app import open_app, sole_run
from botcore.cli.common import Place, out, run_async
from botcore.config import Settings
from botcore.errors import BotcoreError
from botcore.testing.simulate import SimulatePage, Stage, open_stage

OFF = {"redis.url": "", "database.url": "", "telegram.token": "", "discord.token": ""}
"""A simulated chat must reach no real one: its store and records are its own."""


def simulate(
    platform: Annotated[Literal["discord", "telegram"], Parameter(help="The service to simulate.")],
    /,
    *,
    port: Annotated[int, Parameter(help="The page's port; 0 takes any free one.")] = 8090,
    place: Place | None = None,
) -> None:
    """Serve the page until Ctrl-C."""
    try:
        stage = open_stage(platform)
    except ModuleNotFoundError as error:
        raise BotcoreError(f"{error.name} is not installed: pip install 'botcore[{platform}]'") from error
    run_async(_serve(stage, port, place or Place()))


async def _serve(stage: Stage, port: int, place: Place) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(stage)
        settings = _settings(stage, place)
        await stack.enter_async_context(sole_run(settings))
        shutil.rmtree(settings.data_dir / "valkey", ignore_errors=True)  # a new start is a new service
        try:
            page = await stack.enter_async_context(SimulatePage(stage, port))
        except OSError as error:
            raise BotcoreError(f"port {port} can't be had ({error.strerror}): try --port 0") from error
        app = await stack.enter_async_context(open_app(settings, worker=True, outside=True))
        await stage.ready()
        plugins = ", ".join(one.plugin.name for one in app.minds.plugins) if app.minds else ""
        out.print(f"Simulated {stage.platform.capitalize()}: {page.url}", markup=False)
        out.print(f"  Plugins  {plugins}", markup=False)
        out.print("Only this machine can open it, and nothing said there leaves it. Ctrl-C stops it.")
        await stop.wait()


def _settings(stage: Stage, place: Place) -> Settings:
    """The author's own, but for what would reach real people or real dialogues."""
    own = place.settings(quiet=True)
    folder = own.data_dir / f"simulate-{stage.platform}"
    flags: dict[str, object] = {**OFF, **stage.settings()}
    return Place(config=place.config, data_dir=folder).settings(quiet=True, **flags)
