"""Shows that the bot is at it: typing, and answers that grow by edits while they are made."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from botcore import Address, BotcoreError, Reply
from botcore.channels.base import ChannelError, Notebook, Watch

from .server import Gone, Homeserver
from .writing import LONGEST, content, replacement, transaction

TYPING_SECONDS = 10.0
LONGEST_TURN = 300.0
FIRST_SECONDS = 0.5
REMEMBERED = 86_400.0
BEGUN = "begun"
"""In the notebook: a preview was about to be sent. Sending it again gives its id, whatever became of it."""


class Growing:
    """An answer that is being made. Mutable."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.text = ""
        self.over = asyncio.Event()
        """The answer is finished, or a piece was missed: there is nothing more to show."""
        self.shown = ""
        self.event_id = ""
        self.task: asyncio.Task[None] | None = None

    def add(self, piece: str, offset: int) -> None:
        units = self.text.encode("utf-16-le", "surrogatepass")
        if 2 * offset > len(units):
            self.over.set()
        self.text = units[: 2 * offset].decode("utf-16-le", "replace") + piece


class Previews:
    """All rooms in which an answer is being made."""

    def __init__(self, server: Homeserver, live: Watch, notebook: Notebook, edit_seconds: float) -> None:
        self._server = server
        self._live = live
        self._notebook = notebook
        self._edit_seconds = edit_seconds
        self._watching: dict[Address, tuple[asyncio.Task[None], set[str]]] = {}
        self._growing: dict[str, Growing] = {}

    def begin(self, address: Address, event_id: str) -> None:
        """A turn will come for this event."""
        task, events = self._watching.get(address, (None, set()))
        events.add(event_id)
        if task is None or task.done():
            task = asyncio.create_task(self._watch(address, events), name="matrix watch")
        self._watching[address] = (task, events)

    async def finished(self, address: Address, key: str) -> str:
        """No more edits of this answer; the event that shows its preview, or nothing."""
        growing = self._growing.pop(key, None)
        if growing and growing.task:
            growing.over.set()
            await growing.task
            if growing.event_id:
                return growing.event_id
        noted = await self._notebook.read(f"preview:{key}")
        if noted == BEGUN:
            preview = content(Reply("…"))
            return await self._server.send(address.chat, preview, transaction(key, "preview"))
        return noted

    async def end(self, address: Address, event_id: str) -> None:
        """The turn of this event is over."""
        task, events = self._watching.get(address, (None, set()))
        events.discard(event_id)
        if task and not events:
            del self._watching[address]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def aclose(self) -> None:
        tasks = [task for task, _ in self._watching.values()]
        tasks += [one.task for one in self._growing.values() if one.task]
        self._watching, self._growing = {}, {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, address: Address, events: set[str]) -> None:
        typing: asyncio.Task[None] | None = None
        try:
            with suppress(BotcoreError, TimeoutError):
                async with asyncio.timeout(LONGEST_TURN):
                    async for event in self._live.follow(address, "$"):
                        if event is None:
                            continue
                        if event.type == "typing" and typing is None:
                            typing = asyncio.create_task(self._type(address.chat), name="matrix typing")
                        elif event.type == "delta" and event.data.get("in_reply_to") in events:
                            self._grow(address, event.data)
        finally:
            if typing:
                typing.cancel()
                await asyncio.gather(typing, return_exceptions=True)

    async def _type(self, room: str) -> None:
        try:
            with suppress(ChannelError, Gone):
                while True:
                    await self._server.typing(room, True)
                    await asyncio.sleep(TYPING_SECONDS)
        finally:
            with suppress(ChannelError, Gone):
                await self._server.typing(room, False)

    def _grow(self, address: Address, delta: dict[str, object]) -> None:
        key = str(delta["id"])
        growing = self._growing.get(key)
        if growing is None:
            growing = self._growing[key] = Growing(key)
            growing.task = asyncio.create_task(self._show(address.chat, growing), name="matrix preview")
        growing.add(str(delta["text"]), int(str(delta.get("offset", 0))))

    async def _show(self, room: str, growing: Growing) -> None:
        wait = FIRST_SECONDS
        with suppress(BotcoreError, Gone):
            while len(growing.text) < LONGEST:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await growing.over.wait()
                if growing.over.is_set():
                    return
                if growing.text.strip() and growing.text != growing.shown:
                    await self._edit(room, growing)
                wait = self._edit_seconds

    async def _edit(self, room: str, growing: Growing) -> None:
        text, growing.shown = content(Reply(growing.text)), growing.text
        if growing.event_id:
            edit = transaction(growing.key, f"edit {len(growing.text)}")
            await self._server.send(room, replacement(growing.event_id, text), edit)
            return
        note = f"preview:{growing.key}"
        await self._notebook.write(note, BEGUN, seconds=REMEMBERED)
        growing.event_id = await self._server.send(room, text, transaction(growing.key, "preview"))
        await self._notebook.write(note, growing.event_id, seconds=REMEMBERED)
