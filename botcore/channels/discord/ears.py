"""What people do on Discord, on its way to the intake."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from functools import partial

import structlog

from botcore.channels.base import Intake, ShownMessages
from botcore.channels.discord import commands as slash
from botcore.channels.discord import hearing
from botcore.channels.discord.accepting import Accepting, Tell
from botcore.channels.discord.asking import Asked, Asking
from botcore.channels.discord.attachments import Files
from botcore.channels.discord.callbacks import Callbacks
from botcore.channels.discord.catching_up import LastSeen
from botcore.channels.discord.changes import Changes
from botcore.channels.discord.endpoint import Heard
from botcore.channels.discord.interactions import Open, OpenInteractions
from botcore.channels.discord.lanes import Job, Lanes
from botcore.channels.discord.library import FAILURES, discord
from botcore.channels.discord.notices import Say
from botcore.channels.discord.options import DiscordOptions, SlashCommand
from botcore.channels.discord.posting import Posting, Undeliverable
from botcore.channels.discord.previews import Follower, Previews
from botcore.channels.discord.supervisor import Supervisor
from botcore.channels.discord.threads import thread_for
from botcore.channels.discord.wire import Interaction, read
from botcore.errors import ChannelError, StoreError
from botcore.types import Address, AnyEvent, Deleted, Reacted

log = structlog.get_logger()


class Ears:
    """A `client.Hears`: puts what it hears into its chat's lane, and from there to the intake."""

    def __init__(
        self,
        options: DiscordOptions,
        *,
        supervisor: Supervisor,
        previews: Previews,
        interactions: OpenInteractions,
        live: Follower | None,
        commands: Sequence[SlashCommand],
        say: Say,
        shown: ShownMessages | None,
    ) -> None:
        self._options = options
        self._rules = hearing.Rules(options.channels, options.threads)
        self._supervisor = supervisor
        self._previews = previews
        self._open = interactions
        self._live = live
        self._commands = commands
        self._say = say
        self._lanes = Lanes()
        self._seen = LastSeen()
        self._files = Files(options.file_bytes)
        self._callbacks = Callbacks(options.api_url)
        self._asking = Asking(commands, self._role_names)
        self._changes = Changes(shown)
        self._accepting: Accepting | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._syncing: asyncio.Task[None] | None = None

    def listen(self, intake: Intake) -> None:
        """Before anything is heard. A second call changes nothing."""
        if self._accepting is None:
            self._accepting = Accepting(intake, self._say, self._options.store_patience)

    def is_room(self, chat: str) -> bool:
        """Whether this is known to be a place where many people write."""
        return self._seen.is_room(chat)

    async def aclose(self) -> None:
        """What is being stored may finish. Afterwards it may listen again."""
        await self._lanes.aclose()
        await self._end_tasks()
        await self._callbacks.aclose()
        await self._files.aclose()

    def _role_names(self, guild_id: str, roles: Sequence[str]) -> Sequence[str]:
        guild = self._supervisor.guild(int(guild_id))
        known = {str(role.id): role.name for role in guild.roles} if guild else {}
        return [known.get(role, role) for role in roles]

    # See client.Hears

    def on_message(self, client: discord.Client, message: discord.Message) -> None:
        self._lane(
            message.channel.id, partial(self._take_message, client, message, hearing.is_private(message))
        )

    def on_edit(self, client: discord.Client, message: discord.Message) -> None:
        if message.edited_at is not None and not message.author.bot:
            self._lane(message.channel.id, partial(self._take_edit, client, message))

    def on_delete(self, chat: int, messages: set[int]) -> None:
        for message in sorted(messages):
            self._lane(chat, partial(self._take_deletion, message))

    def on_reaction(self, client: discord.Client, reaction: discord.RawReactionActionEvent) -> None:
        if client.user and reaction.user_id != client.user.id:
            self._lane(reaction.channel_id, partial(self._take_reaction, client.user.id, reaction))

    def on_interaction(self, payload: object) -> None:
        interaction = read(payload)
        asked = self._asking.meant(interaction)
        if asked is None:
            log.info("an interaction of a kind that this bot does not offer", kind=interaction.type)
            return
        answering = self._callbacks.answer(interaction.id, interaction.token, asked.first)
        if asked.event is None:
            self._begin(self._answer_only(answering), "discord acknowledge")
            self._stop(asked)
            return
        opened = _opened(interaction, asked, asked.event)
        opened.acknowledge(answering)
        self._hear_asked(asked.event, opened)

    async def _answer_only(self, answering: Coroutine[None, None, bool]) -> None:
        await answering

    def on_call(self, payload: object) -> Heard | None:
        """An interaction that came by HTTP: the answer to the call, and what to tell once that has gone out."""
        interaction = read(payload)
        asked = self._asking.meant(interaction)
        if asked is None:
            return None
        self._stop(asked)
        if asked.event is None:
            return asked.first, None
        opened = _opened(interaction, asked, asked.event)
        sent = opened.promise()
        self._hear_asked(asked.event, opened)
        return asked.first, sent

    def _hear_asked(self, event: AnyEvent, opened: Open) -> None:
        self._open.add(opened)
        self._lane(int(event.address.chat), partial(self._take_asked, event, opened))

    def _stop(self, asked: Asked) -> None:
        if asked.stops and self._live:
            self._begin(self._stop_answer(self._live, asked.stops), "discord stop")

    async def _stop_answer(self, live: Follower, address: Address) -> None:
        try:
            await live.stop(address)
        except StoreError as error:
            log.warning("an answer could not be stopped", conversation=str(address), error=str(error))

    def on_identified(self, client: discord.Client) -> None:
        for chat in self._seen.chats:
            self._lane(chat, partial(self._catch_up, client, chat))
        if self._syncing is None or self._syncing.done():
            self._syncing = self._begin(self._sync(client), "discord commands")

    def _lane(self, chat: int, job: Job) -> None:
        if not self._lanes.put(str(chat), job):
            log.error("too much is waiting to be stored; an event is dropped", chat=chat)

    async def _take_message(self, client: discord.Client, message: discord.Message, private: bool) -> None:
        me = client.user.id if client.user else 0
        meant = hearing.is_for(message, me, self._rules, private=private)
        self._seen.note(message, private=private, addressed=meant)
        if not meant:
            return
        address = hearing.address_of(message, self._rules)
        if self._rules.threads and address.chat == str(message.channel.id):
            address = await thread_for(message, hearing.said(message, me)) or address
        files = await self._files.fetched(message.attachments)
        event = hearing.heard(message, me, address, files, private=private)
        if event is None:
            return
        self._changes.note(message.id, event)
        in_room = not private and address.chat == str(message.channel.id)
        await self._take(event, partial(self._tell, address, message.id if in_room else 0, None))

    async def _take_edit(self, client: discord.Client, message: discord.Message) -> None:
        me = client.user.id if client.user else 0
        if not hearing.is_for(message, me, self._rules, private=hearing.is_private(message)):
            return
        address = hearing.address_of(message, self._rules)
        event = hearing.changed(message, me, address, await self._files.fetched(message.attachments))
        if event is not None:
            await self._take(event, partial(self._tell, address, 0, None))

    async def _take_deletion(self, message: int) -> None:
        event = self._changes.deleted(message)
        if event is not None:
            await self._take_quietly(event)

    async def _take_reaction(self, me: int, reaction: discord.RawReactionActionEvent) -> None:
        event = await self._changes.reacted(me, reaction)
        if event is not None:
            await self._take_quietly(event)

    async def _take_quietly(self, event: Deleted | Reacted) -> None:
        """What is not worth a word where it is not taken."""

        async def tell(text: str) -> None:
            log.info("a deletion or reaction is not taken", conversation=str(event.address))

        assert self._accepting is not None  # noqa: S101  # run() has made it before it made the client
        await self._accepting.take(event, tell, always_tell=True)

    async def _take_asked(self, event: AnyEvent, opened: Open) -> None:
        await self._open.keep(opened)
        await self._take(event, partial(self._tell, event.address, 0, opened), always_tell=True)

    async def _tell(self, address: Address, reply_to: int, opened: Open | None, text: str) -> None:
        """Say something that no plugin said. Errors are logged: it is but a notice."""
        key = f"notice {opened.event_id if opened else reply_to or time.time_ns()}"
        try:
            client = await self._supervisor.client()
            posting = Posting(client=client, chat=address.chat, key=key, opened=opened, reply_to=reply_to)
            await posting.tell(text)
        except (ChannelError, Undeliverable) as error:
            log.warning("a notice was not delivered", error=str(error))

    async def _take(self, event: AnyEvent, tell: Tell, *, always_tell: bool = False) -> None:
        assert self._accepting is not None  # noqa: S101  # run() or endpoint() has made it
        self._previews.begin(event.address, event.id)
        if not await self._accepting.take(event, tell, always_tell=always_tell):
            await self._previews.end(event.address, event.id)

    async def _catch_up(self, client: discord.Client, chat: int) -> None:
        async for message in self._seen.missed(client, chat):
            await self._take_message(client, message, self._seen.is_private(chat))

    async def _sync(self, client: discord.Client) -> None:
        if not self._commands:
            return
        try:
            await slash.sync(client, self._commands)
        except FAILURES as error:
            log.warning("slash commands could not be registered; typed ones work", error=str(error))

    async def _end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _opened(interaction: Interaction, asked: Asked, event: AnyEvent) -> Open:
    return Open(
        event.id,
        event.address,
        interaction.token,
        int(interaction.application_id),
        loading=asked.loading,
        private=asked.private,
        on_server=interaction.guild_id is not None,
        at=interaction.at,
    )
