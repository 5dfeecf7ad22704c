"""The bot on Discord: what people do goes to the intake, what the bot says is shown once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import structlog

from botcore.channels.base import Channel, Intake, ShownMessages
from botcore.channels.discord import hearing
from botcore.channels.discord.client import BotClient, make_client
from botcore.channels.discord.ears import Ears
from botcore.channels.discord.endpoint import Endpoint
from botcore.channels.discord.interactions import Open, OpenInteractions
from botcore.channels.discord.library import point_at
from botcore.channels.discord.notices import Say, language_of_text, notice
from botcore.channels.discord.options import DiscordOptions, SlashCommand
from botcore.channels.discord.parts import Part, parts_of, preview_of
from botcore.channels.discord.posting import Posting, errors_told
from botcore.channels.discord.previews import Follower, Previews
from botcore.channels.discord.supervisor import Supervisor
from botcore.errors import StoreError
from botcore.types import Address, Outgoing, Reply

log = structlog.get_logger()

REPEATED_AFTER = 60.0
"""Seconds after which a message that is sent may have been shown before, and Discord may have forgotten its nonce."""


class DiscordChannel(Channel):
    """`run(intake)` until cancelled; `send` may be called from its start on.

    `live` is where growing answers are told, `commands` become slash commands, `say` has the channel's own texts, and
    `shown` keeps what must outlive this process: without it an edit is answered by a new message, and an interaction
    that is open at the end by an ordinary one.
    """

    name = hearing.NAME
    sole = True

    def __init__(
        self,
        options: DiscordOptions,
        *,
        live: Follower | None = None,
        commands: Sequence[SlashCommand] = (),
        say: Say = notice,
        shown: ShownMessages | None = None,
    ) -> None:
        point_at(options.api_url, options.gateway_url)
        self._options = options
        self._say = say
        self._shown = shown
        self._open = OpenInteractions(shown)
        self._previews = Previews(live, self._show_typing, self._show_preview)
        self._supervisor = Supervisor(options, self._make_client)
        self.ears = Ears(
            options,
            supervisor=self._supervisor,
            previews=self._previews,
            interactions=self._open,
            live=live,
            commands=commands,
            say=say,
            shown=shown,
        )

    def health(self) -> str:
        return self._supervisor.problem

    async def run(self, intake: Intake) -> None:
        self.ears.listen(intake)
        try:
            await self._supervisor.run()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        await self.ears.aclose()
        await self._previews.aclose()

    def endpoint(self, intake: Intake) -> Endpoint:
        """For the web route by which Discord brings interactions; works in gateways that don't hold the lease too."""
        self.ears.listen(intake)
        return Endpoint(self._options.public_key, self.ears.on_call)

    def _make_client(self, reads_all: bool) -> BotClient:
        return make_client(self.ears, self._options, reads_all=reads_all)

    # What the bot says

    async def send(self, outgoing: Outgoing) -> None:
        opened = await self._open.find(outgoing.address, outgoing.in_reply_to)
        if outgoing.reply != Reply() or outgoing.replaces:
            await self._show(outgoing, opened)
        if outgoing.summary is not None:
            await self._previews.end(outgoing.address, outgoing.in_reply_to)
            if opened and outgoing.reply == Reply():
                client = await self._supervisor.client()
                await Posting(client=client, chat=outgoing.address.chat, key="", opened=opened).clear()

    async def _show(self, outgoing: Outgoing, opened: Open | None) -> None:
        client = await self._supervisor.client()
        preview = await self._previews.finished(outgoing.address, outgoing.key)
        posting = Posting(
            client=client,
            chat=outgoing.address.chat,
            key=_once(outgoing.key, outgoing.in_reply_to),
            opened=opened,
            place_for=self._open.place_for,
            reply_to=self._reply_to(outgoing.address, outgoing.in_reply_to),
            preview=preview,
            standing=await self._standing(outgoing),
            keep=partial(self._keep, outgoing),
        )
        await posting.post(await self._parts(outgoing.reply))

    async def _parts(self, reply: Reply) -> Sequence[Part]:
        """None where nothing is said, which takes away what it replaces."""
        return await parts_of(reply, self._say, language_of_text(reply.text)) if reply != Reply() else ()

    async def _standing(self, outgoing: Outgoing) -> Sequence[str]:
        """What it takes the place of: an earlier answer, or what an attempt of long ago has shown of this one."""
        if self._shown is None:
            return ()
        if outgoing.replaces or time.time() - outgoing.at > REPEATED_AFTER:
            own = await self._shown.of(outgoing.address, outgoing.key)
            if own or not outgoing.replaces:
                return own
            return await self._shown.of(outgoing.address, outgoing.replaces)
        return ()

    async def _keep(self, outgoing: Outgoing, ids: Sequence[str]) -> None:
        if self._shown is None:
            return
        try:
            await self._shown.keep(outgoing.address, outgoing.key, ids)
        except StoreError as error:
            log.warning("what was shown can't be kept; an edit will be answered anew", error=str(error))

    def _reply_to(self, address: Address, event_id: str) -> int:
        """In a room with many people an answer shows what it answers; 0 where it need not, or answers nothing."""
        message = event_id.partition(".")[0]  # of an edit, the message that was changed
        if not message.isdecimal() or not self.ears.is_room(address.chat):
            return 0
        return int(message)

    async def _show_typing(self, chat: str) -> None:
        client = await self._supervisor.client(patience=1.0)
        with errors_told():
            await client.http.send_typing(int(chat))

    async def _show_preview(self, address: Address, key: str, event_id: str, text: str, shown: int) -> int:
        posting = Posting(
            client=await self._supervisor.client(patience=1.0),
            chat=address.chat,
            key=_once(key, event_id),
            opened=self._open.known(event_id),
            place_for=self._open.place_for,
            reply_to=self._reply_to(address, event_id),
            preview=shown,
        )
        return await posting.show_preview(preview_of(text), self._say(language_of_text(text), "stop"))


def _once(key: str, event_id: str) -> str:
    """Keys begin anew where a conversation was erased; together with the event they never come twice."""
    return f"{key} {event_id}"
