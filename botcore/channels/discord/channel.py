"""The bot on Discord: what people say goes to the intake, what the bot says is shown once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from botcore.channels.base import Channel, Intake, ShownMessages
from botcore.channels.discord import commands as slash
from botcore.channels.discord import hearing, posting
from botcore.channels.discord.accepting import Accepting, Tell
from botcore.channels.discord.catching_up import LastSeen
from botcore.channels.discord.client import BotClient
from botcore.channels.discord.interactions import Open, OpenInteractions
from botcore.channels.discord.lanes import Job, Lanes
from botcore.channels.discord.library import FAILURES, discord, point_at
from botcore.channels.discord.notices import Say, language_of_text, notice
from botcore.channels.discord.options import DiscordOptions, SlashCommand
from botcore.channels.discord.parts import parts_of, preview_of
from botcore.channels.discord.previews import Follower, Previews
from botcore.channels.discord.supervisor import Supervisor
from botcore.types import Address, AnyEvent, Outgoing, Reply

log = structlog.get_logger()


class DiscordChannel(Channel):
    """`run(intake)` until cancelled; `send` may be called from its start on.

    `live` is where growing answers are told, `commands` become slash commands, `say` has the channel's own texts.
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
        self._commands = commands
        self._say = say
        self._shown = shown
        self._lanes = Lanes()
        self._seen = LastSeen()
        self._open = OpenInteractions()
        self._previews = Previews(live, self._show_typing, self._show_preview)
        self._supervisor = Supervisor(options, self._make_client)
        self._accepting: Accepting | None = None
        self._syncing: asyncio.Task[None] | None = None

    def health(self) -> str:
        return self._supervisor.problem

    async def run(self, intake: Intake) -> None:
        self._accepting = Accepting(intake, self._say, self._options.store_patience)
        try:
            await self._supervisor.run()
        finally:
            await self._lanes.aclose()
            await self._previews.aclose()
            if self._syncing:
                self._syncing.cancel()
                await asyncio.gather(self._syncing, return_exceptions=True)

    def _make_client(self, reads_all: bool) -> BotClient:
        return BotClient(self, reads_all=reads_all, heartbeat_timeout=self._options.heartbeat_timeout)

    # What people do (client.Hears)

    def on_message(self, client: discord.Client, message: discord.Message) -> None:
        private = isinstance(message.channel, discord.DMChannel)
        self._lane(message.channel.id, lambda: self._take_message(client, message, private))

    def on_interaction(self, interaction: discord.Interaction) -> None:
        event = hearing.asked(interaction)
        if event is None:
            log.info("an interaction of a kind that this bot does not offer", kind=str(interaction.type))
            return
        loading = interaction.type is discord.InteractionType.application_command
        opened = self._open.add(interaction, loading=loading)
        self._lane(interaction.channel_id or 0, lambda: self._take_asked(event, opened))

    def on_identified(self, client: discord.Client) -> None:
        for chat in self._seen.chats:
            self._lane(chat, lambda chat=chat: self._catch_up(client, chat))  # type: ignore[misc]
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync(client), name="discord commands")

    def _lane(self, chat: int, job: Job) -> None:
        if not self._lanes.put(str(chat), job):
            log.error("too much is waiting to be stored; a message is dropped", chat=chat)

    async def _take_message(self, client: discord.Client, message: discord.Message, private: bool) -> None:
        me = client.user.id if client.user else 0
        event = hearing.heard(message, me, private=private)
        self._seen.note(message, private=private, addressed=event is not None)
        if event is not None:
            reply_to = 0 if private else message.id

            async def tell(text: str) -> None:
                await posting.tell(
                    await self._supervisor.client(), event.address.chat, text, reply_to=reply_to
                )

            await self._take(event, tell)

    async def _take_asked(self, event: AnyEvent, opened: Open) -> None:
        async def tell(text: str) -> None:
            await posting.tell(await self._supervisor.client(), event.address.chat, text, opened=opened)

        await self._take(event, tell, always_tell=True)

    async def _take(self, event: AnyEvent, tell: Tell, *, always_tell: bool = False) -> None:
        assert self._accepting is not None  # noqa: S101  # run() has made it before it made the client
        self._previews.begin(event.address, event.id)
        if not await self._accepting.take(event, tell, always_tell=always_tell):
            await self._previews.end(event.address, event.id)

    async def _catch_up(self, client: discord.Client, chat: int) -> None:
        private = self._seen.is_private(chat)
        async for message in self._seen.missed(client, chat):
            await self._take_message(client, message, private)

    async def _sync(self, client: discord.Client) -> None:
        if not self._commands:
            return
        try:
            await slash.sync(client, self._commands)
        except FAILURES as error:
            log.warning("slash commands could not be registered; typed ones work", error=str(error))

    # What the bot says

    async def send(self, outgoing: Outgoing) -> None:
        opened = self._open.get(outgoing.in_reply_to)
        if outgoing.reply != Reply():
            await self._show(outgoing, opened)
        if outgoing.summary is not None:
            await self._previews.end(outgoing.address, outgoing.in_reply_to)
            if opened and outgoing.reply == Reply():
                await self._nothing_to_say(opened)

    async def _show(self, outgoing: Outgoing, opened: Open | None) -> None:
        client = await self._supervisor.client()
        shown = await self._previews.finished(outgoing.address, outgoing.key)
        parts = await parts_of(outgoing.reply, self._say, language_of_text(outgoing.reply.text))
        await posting.post(
            client,
            outgoing.address.chat,
            _once(outgoing.key, outgoing.in_reply_to),
            parts,
            opened=opened,
            reply_to=self._reply_to(outgoing.address, outgoing.in_reply_to),
            shown=shown,
        )

    def _reply_to(self, address: Address, event_id: str) -> int:
        """In a room with many people an answer shows what it answers; 0 where it need not, or answers nothing."""
        if not event_id or self._open.get(event_id) or not self._seen.is_room(address.chat):
            return 0
        return int(event_id)

    async def _nothing_to_say(self, opened: Open) -> None:
        """Nobody waits for an answer that does not come."""
        if opened.loading and not opened.answered_by and await opened.acknowledged():
            try:
                await opened.interaction.delete_original_response()
            except FAILURES as error:
                log.info("an empty answer could not be cleared away", error=str(error))

    async def _show_typing(self, chat: str) -> None:
        client = await self._supervisor.client(patience=1.0)
        with posting.errors_told():
            await client.http.send_typing(int(chat))

    async def _show_preview(self, address: Address, key: str, event_id: str, text: str, shown: int) -> int:
        client = await self._supervisor.client(patience=1.0)
        opened = self._open.get(event_id)
        return await posting.preview(
            client,
            address.chat,
            _once(key, event_id),
            preview_of(text),
            opened=opened,
            reply_to=self._reply_to(address, event_id),
            shown=shown,
        )


def _once(key: str, event_id: str) -> str:
    """Keys begin anew where a conversation was erased; together with the event they never come twice."""
    return f"{key} {event_id}"
