"""The bot on Matrix: what people say in its rooms goes to the intake, what the bot says is shown once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from botcore import Event, Reply
from botcore.channels.base import (
    Channel,
    ChannelError,
    ChannelSetup,
    Intake,
    MailboxFull,
    Outgoing,
    RateLimited,
    StoreError,
)

from .hearing import NAME, Me, heard
from .previews import Previews
from .server import Gone, Homeserver
from .settings import MatrixConfig
from .writing import content, contents, replacement, transaction

log = structlog.get_logger()

LONGEST_PAUSE = 60.0
MOST_REMEMBERED = 2000
SINCE = "since"


class MatrixChannel(Channel):
    """`run(intake)` until cancelled. Where it stopped reading is kept, so that nothing said meanwhile is missed."""

    name = NAME
    sole = True

    def __init__(self, setup: ChannelSetup[MatrixConfig]) -> None:
        self._setup = setup
        self._server = Homeserver(setup.config)
        self._previews = Previews(self._server, setup.live, setup.notebook, setup.config.edit_seconds)
        self._me = Me(setup.config.user, "")
        self._said: OrderedDict[str, None] = OrderedDict()
        self._entered: dict[str, float] = {}
        """Room -> when the bot was invited: what was said there before is not for it."""
        self._problem = "it is not connected yet"
        self._connected = asyncio.Event()

    def health(self) -> str:
        return self._problem

    async def run(self, intake: Intake) -> None:
        pause = 1.0
        try:
            while True:
                try:
                    await self._connect()
                    pause = 1.0
                    await self._listen(intake)
                except (ChannelError, StoreError, Gone) as error:
                    self._problem = str(error)
                    log.warning("Matrix is away; trying again", error=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
        finally:
            self._connected.clear()
            await self._previews.aclose()

    async def send(self, outgoing: Outgoing) -> None:
        """Each part has a transaction of its own, by which the homeserver knows a second try."""
        if not self._connected.is_set():
            raise ChannelError("Matrix is not connected")
        try:
            await self._show(outgoing)
        except Gone as gone:
            log.warning("a room is closed to the bot", room=outgoing.address.chat, reason=str(gone))
        if outgoing.summary is not None:
            await self._previews.end(outgoing.address, outgoing.in_reply_to)

    async def aclose(self) -> None:
        await self._server.aclose()

    # What people say

    async def _connect(self) -> None:
        display_name = await self._server.log_in()
        self._me = Me(self._server.user, display_name)
        self._me.said = self._said
        self._problem = ""
        self._connected.set()

    async def _listen(self, intake: Intake) -> None:
        since = await self._setup.notebook.read(SINCE)
        first = not since
        while True:
            news = await self._server.sync(since)
            self._problem = ""
            await self._enter(news.rooms.invite)
            for room, joined in news.rooms.join.items():
                events = [event.source for event in joined.timeline.events]
                if joined.timeline.limited and since and room not in self._entered:
                    events = await self._server.missed(room, joined.timeline.prev_batch, since) + events
                if not first or room in self._entered:
                    await self._hear(room, events, intake)
            # Only now: what was not stored is told again.
            await self._setup.notebook.write(SINCE, news.next_batch)
            since, first = news.next_batch, False

    async def _enter(self, invited: Mapping[str, Any]) -> None:
        if not self._setup.config.accept_invites:
            return
        for room in invited:
            try:
                await self._server.join(room)
            except (ChannelError, Gone) as error:
                log.warning("an invitation could not be taken", room=room, reason=str(error))
            else:
                self._entered[room] = time.time() - 60

    async def _hear(self, room: str, events: list[dict[str, Any]], intake: Intake) -> None:
        for event in events:
            if float(event.get("origin_server_ts", 0)) / 1000 < self._entered.get(room, 0.0):
                continue
            sender = self._server.name_of(room, str(event.get("sender", "")))
            said = heard(event, room, self._me, private=self._server.is_private(room), sender_name=sender)
            if said is not None:
                await self._take(said, intake)

    async def _take(self, event: Event, intake: Intake) -> None:
        self._previews.begin(event.address, event.id)
        try:
            await intake(event, limit_key=f"matrix:{event.person.id}")  # type: ignore[arg-type]  # a Message is one
        except (MailboxFull, RateLimited) as error:
            await self._previews.end(event.address, event.id)
            key = "rate_limited" if isinstance(error, RateLimited) else "mailbox_full"
            said = self._setup.texts(
                event.person.locale or "en", key, seconds=max(1, round(error.retry_after))
            )
            await self._server.send(event.address.chat, content(Reply(said)), transaction(event.id, key))
        except StoreError:
            await self._previews.end(event.address, event.id)
            raise

    # What the bot says

    async def _show(self, outgoing: Outgoing) -> None:
        room, key = outgoing.address.chat, outgoing.key
        preview = await self._previews.finished(outgoing.address, key)
        for number, part in enumerate(contents(outgoing.reply)):
            if preview and number == 0:
                part = replacement(preview, part)  # noqa: PLW2901  # the first takes the preview's place
                self._remember(preview)
            self._remember(await self._server.send(room, part, transaction(key, str(number))))
        for number, file in enumerate(outgoing.reply.attachments):
            if file.data:
                where = await self._server.upload(file.name, file.media_type, file.data)
                kind = "m.image" if file.media_type.startswith("image/") else "m.file"
                shown = {"msgtype": kind, "body": file.alt or file.name, "filename": file.name, "url": where}
                shown |= {"info": {"mimetype": file.media_type, "size": len(file.data)}}
                await self._server.send(room, shown, transaction(key, f"file {number}"))

    def _remember(self, event_id: str) -> None:
        """People may answer it, in a room with many people."""
        self._said[event_id] = None
        if len(self._said) > MOST_REMEMBERED:
            self._said.popitem(last=False)
