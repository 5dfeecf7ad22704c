"""A person at this terminal, as a client of the bot: says something, and watches the answer grow."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from botcore.app.app import WORKER, App, open_app
from botcore.app.dialogues import open_dialogues
from botcore.app.processes import is_gone
from botcore.config import Settings
from botcore.conversation import clean_text
from botcore.delivery.base import LiveEvent
from botcore.errors import BotcoreError
from botcore.types import Address, Message, Person, Started

CHANNEL = "cli"
PATIENCE_SECONDS = 30.0
"""How long to wait beyond a turn's own deadline."""


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[App]:
    """The running service where there is one; else everything in this process."""
    async with open_dialogues(settings) as dialogues:
        alone = all(is_gone(name) for name in await dialogues.presence.processes(WORKER))
    async with open_app(settings, worker=alone) as app:
        yield app


class Client:
    """One conversation, from the person's side."""

    def __init__(self, app: App, chat: str, person: Person) -> None:
        self._app = app
        self.address = Address(CHANNEL, clean_text(chat))
        self._person = person
        self._last = ""
        self._patience = app.settings.limits.turn_seconds + PATIENCE_SECONDS

    async def begin(self) -> AsyncIterator[LiveEvent]:
        """Open the conversation without saying anything."""
        event = Started(id=_id(), address=self.address, person=self._person, at=time.time())
        async for answer in self._watch(event):
            yield answer

    async def say(self, text: str) -> AsyncIterator[LiveEvent]:
        """Say it; what comes back, up to the event `state` that ends the turn.

        Raises BotcoreError where no answer comes in time; the message is kept and will be answered.
        """
        event = Message(id=_id(), address=self.address, person=self._person, at=time.time(), text=text)
        async for answer in self._watch(event):
            yield answer

    async def stop(self) -> None:
        """End the answer in progress."""
        await self._app.dialogues.live.stop(self.address)

    async def _watch(self, event: Message | Started) -> AsyncIterator[LiveEvent]:
        await self._app.intake(event)
        events = self._app.dialogues.live.follow(self.address, self._last)
        try:
            async with asyncio.timeout(self._patience):
                async for answer in events:
                    if answer is None:
                        continue
                    self._last = answer.id
                    if answer.data.get("in_reply_to") == event.id:
                        yield answer
                        if answer.type == "state":
                            return
        except TimeoutError:
            raise BotcoreError(
                f"no answer came within {self._patience:.0f} s; the message is kept, and a running bot will answer it"
            ) from None


def _id() -> str:
    return secrets.token_hex(8)
