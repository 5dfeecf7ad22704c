"""`botcore chat`: talk to the bot in this terminal."""

from __future__ import annotations

import asyncio
import getpass
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, WordCompleter
from prompt_toolkit.history import FileHistory
from rich.live import Live as Screen
from rich.markdown import Markdown

from botcore.app.app import App
from botcore.cli.client import Client, open_client
from botcore.cli.common import Place, out, run_async
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
        async for line in _lines(app, settings):
            await _show(client.say(line), client)
    out.print(f"Go on later with: botcore chat --conversation {name}", markup=False)


async def _lines(app: App, settings: Settings) -> AsyncIterator[str]:
    """What the person types, or what a pipe holds; empty lines are left out."""
    if not sys.stdin.isatty():
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                yield line.strip()
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(settings.data_dir / "chat-history")), completer=_completer(app)
    )
    while True:
        try:
            line = await session.prompt_async("you › ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if line.strip():
            yield line.strip()


def _completer(app: App) -> Completer | None:
    if app.minds is None:
        return None
    infos = app.minds.router.command_infos(["en"])["en"]
    described = {f"/{info.name}": info.description for info in infos}
    return WordCompleter(list(described), meta_dict=described, sentence=True)


async def _show(events: AsyncIterator[LiveEvent], client: Client) -> None:
    """Print an answer as it grows; every message ends as one."""
    with _stopping(client):
        screen: Screen | None = None
        text = ""
        async for event in events:
            if event.type == "delta":
                text = text[: _index(text, event.data["offset"])] + event.data["text"]
                screen = screen or _screen()
                screen.update(Markdown(text))
            elif event.type == "message":
                screen = screen or _screen()
                _end(screen, event)
                screen, text = None, ""
        if screen:
            screen.stop()


def _screen() -> Screen:
    screen = Screen(console=out, refresh_per_second=10, vertical_overflow="visible")
    screen.start()
    return screen


def _end(screen: Screen, event: LiveEvent) -> None:
    screen.update(Markdown(event.data["text"]))
    screen.stop()
    for source in event.data["sources"]:
        if source["title"] not in event.data["text"]:
            out.print(f"  Source: {source['title']} ({source['uri']})", style="dim", markup=False)
    if event.data["buttons"]:
        out.print(
            "  " + "  ".join(f"[{button}]" for button in event.data["buttons"]), style="cyan", markup=False
        )
    out.print()


def _index(text: str, offset: int) -> int:
    """Where a UTF-16 offset lies in a Python string."""
    return len(text.encode("utf-16-le")[: 2 * offset].decode("utf-16-le", "ignore"))


@contextmanager
def _stopping(client: Client) -> Iterator[None]:
    """Ctrl-C stops the answer, not the program."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: loop.create_task(client.stop()))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
