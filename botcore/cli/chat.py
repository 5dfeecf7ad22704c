"""`botcore chat`: talk to the bot in this terminal."""

from __future__ import annotations

import asyncio
import getpass
import secrets
import signal
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, WordCompleter
from prompt_toolkit.history import FileHistory

from botcore.app.folder import data_folder
from botcore.cli.client import Client, open_client
from botcore.cli.common import Place, out, run_async
from botcore.cli.screen import Screen
from botcore.config import Settings
from botcore.delivery.base import LiveEvent
from botcore.types import Person


def chat(
    *,
    conversation: Annotated[
        str, Parameter(help="The conversation to go on with; otherwise a new one begins.")
    ] = "",
    locale: Annotated[str, Parameter(help="Your language, such as zh or en-GB.")] = "",
    place: Place | None = None,
) -> None:
    """Read lines and show answers, until the person leaves."""
    settings = (place or Place()).settings()
    name = conversation or f"chat-{secrets.token_hex(6)}"
    run_async(_chat(settings, name, Person(getpass.getuser(), locale=locale), new=not conversation))


async def _chat(settings: Settings, name: str, person: Person, *, new: bool) -> None:
    async with open_client(settings) as app:
        client = Client(app, name, person)
        if new:
            await _show(client.begin(), client)
        async for line in _lines(settings):
            await _show(client.say(line), client)
    out.print(f"Go on later with: botcore chat --conversation {name}", markup=False)


async def _lines(settings: Settings) -> AsyncIterator[str]:
    """What the person types, or what a pipe holds; empty lines are left out."""
    if not sys.stdin.isatty():
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                yield line.strip()
        return
    completer = await asyncio.to_thread(_completer, settings)  # it imports every plugin
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(data_folder(settings) / "chat-history")),
        completer=completer,
        complete_while_typing=False,  # a menu that opens by itself takes the Tab of a quick typist
    )
    while True:
        try:
            line = await session.prompt_async("you › ")
        except KeyboardInterrupt:
            out.print("Ctrl-D leaves.", style="dim")
            continue
        except EOFError:
            return
        if line.strip():
            yield line.strip()


def _completer(settings: Settings) -> Completer:
    """The commands of the enabled plugins, whichever process answers."""
    from botcore.app.minds import install_plugins
    from botcore.dispatch.router import Router

    infos = Router(install_plugins(settings)).command_infos(["en"])["en"]
    described = {f"/{info.name}": info.description for info in infos}
    return WordCompleter(list(described), meta_dict=described, sentence=True)


async def _show(events: AsyncIterator[LiveEvent], client: Client) -> None:
    """Print an answer as it grows; every message ends as one."""
    screen = Screen()
    with _without_echo(), _stopping(client):
        try:
            async for event in events:
                if event.type == "delta":
                    screen.grow(event.data["text"], event.data["offset"])
                elif event.type == "message":
                    screen.message(event)
        finally:
            screen.close()


@contextmanager
def _without_echo() -> Iterator[None]:
    """What is typed while an answer grows would be drawn into it; it is kept for the next prompt."""
    if not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(terminal, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


@contextmanager
def _stopping(client: Client) -> Iterator[None]:
    """Ctrl-C stops the answer, not the program."""
    loop = asyncio.get_running_loop()
    stops: list[asyncio.Task[None]] = []
    loop.add_signal_handler(signal.SIGINT, lambda: stops.append(loop.create_task(client.stop())))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
