"""A whole bot in memory around one plugin: say something, read what it answers.

The message takes the way it takes in production (inbox, worker, middleware, dispatcher, commit, outbox), with the
store in this process's memory. With `channel=` it comes from a simulated service and goes back there, through the
channel's real code and library.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from botcore.channels.base import Channel
from botcore.channels.rendering import render_plain
from botcore.context import HumanDesk, Services
from botcore.conversation import clean_event
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.sender import Sender
from botcore.delivery.timers import MemoryTimers
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.dispatch.worker import Handle, Worker
from botcore.engines.base import Engine
from botcore.engines.transcriber import Transcriber
from botcore.i18n.language import detect_language
from botcore.i18n.texts import core_catalog, load_catalog
from botcore.intents.base import Detection, Detector
from botcore.knowledge.base import KnowledgeBase
from botcore.middleware import Middleware, compose
from botcore.middleware.apology import Apology
from botcore.middleware.choices import Choices
from botcore.middleware.language import Language
from botcore.middleware.voice import Voice
from botcore.plugin import Plugin
from botcore.testing.answer import Answer
from botcore.testing.channels import ChannelName
from botcore.testing.chat_log import ChatLog
from botcore.testing.fakes import FixedKnowledge, MemoryDesk
from botcore.types import (
    Address,
    AnyEvent,
    Attachment,
    Deleted,
    Edited,
    Event,
    Message,
    Outgoing,
    Person,
    Reacted,
    Reply,
    Started,
)

if TYPE_CHECKING:
    from botcore.testing.scenes import Scene, Seat

ANSWER_SECONDS = 30.0


class TestBot:
    """`async with TestBot(plugin) as bot: assert await bot.say("/echo hello") == "hello"`

    `config` is the plugin's table of settings; several plugins stand in the order of their fallbacks. Without a
    `detector` an intent is found by its patterns and by its examples, word for word.

    `channel` is "discord", "telegram" or "web": the same test runs there, and `transcript()` shows what people see.
    The first chat of a person is the private one with the bot, others are groups.
    """

    __test__ = False  # pytest collects classes whose names begin with Test

    def __init__(
        self,
        *plugins: Plugin[Any],
        config: Mapping[str, Any] | None = None,
        engine: Engine | None = None,
        knowledge: KnowledgeBase | None = None,
        transcriber: Transcriber | None = None,
        vision: bool = False,
        humans: HumanDesk | None = None,
        detector: Detector | None = None,
        language: str = "en",
        deadline: float = 20.0,
        channel: ChannelName | None = None,
    ) -> None:
        settings = [config or {}] + [{}] * len(plugins)
        installed = [
            Installed(plugin, plugin.config.model_validate(table), load_catalog(_locales(plugin)))
            for plugin, table in zip(plugins, settings, strict=False)
        ]
        router = Router(installed)
        texts = core_catalog()
        languages = sorted(
            {language, "en", *texts.languages, *(code for one in installed for code in one.catalog.languages)}
        )
        services = Services(
            engine=engine,
            knowledge=knowledge or FixedKnowledge(),
            humans=humans or MemoryDesk(),
            detect_language=lambda text: detect_language(text).code,
            commands=router.command_infos(languages),
            clock=lambda: self._now,
            vision=vision,
        )
        self.prompts = services.prompts
        dispatcher = Dispatcher(router, detector or WordForWord(router), services, texts)
        middleware: list[Middleware] = [
            Apology(texts, deadline),
            Voice(texts, transcriber),
            Choices(router.numbering),
            Language(
                lambda text, prior: detect_language(text, prior).code, languages, language, router.foreign
            ),
        ]
        self._plugins = plugins
        self._now = time.time()
        self._unasked: list[Outgoing] = []
        self._unasked_done = asyncio.Semaphore(0)
        self._store = MemoryStore()
        self._timers = MemoryTimers(self._store)
        self.live = MemoryLive()
        self._inbox = MemoryInbox(self._store, self.live)
        self._handle: Handle = compose(middleware, dispatcher.handle)
        self._worker = Worker(self._inbox, self.live, self._handle)
        self._sender = Sender(MemoryOutbox(self._store), {channel or "test": self._sent})
        self.commands = services.commands
        """What menus of commands are made of, by language."""
        self._channel_name = channel
        self._scene: Scene | None = None
        self._channel: Channel | None = None
        self._acting = asyncio.Lock()
        self._heard: asyncio.Queue[AnyEvent] = asyncio.Queue()
        self._log: defaultdict[str, ChatLog] = defaultdict(ChatLog)
        """Without a channel: what was said in each chat."""
        self._buttons: dict[str, list[str]] = {}
        self._answers: dict[str, list[Outgoing]] = {}
        self._said: dict[str, str] = {}
        """Id of the latest message of each chat."""
        self._spoken: dict[str, str] = {}
        """Key of what the bot said last in each chat."""
        self._done: dict[str, asyncio.Event] = {}
        self._ids = count(1)
        self._tasks: list[asyncio.Task[None]] = []

    def wrap(self, wrapper: Callable[[Handle], Handle]) -> None:
        """Put something around the handling of every turn, before the bot is entered."""
        self._handle = wrapper(self._handle)
        self._worker = Worker(self._inbox, self.live, self._handle)

    async def say(
        self,
        text: str,
        *,
        chat: str = "chat",
        person: str = "person",
        roles: Sequence[str] = (),
        attachments: Sequence[Attachment] = (),
        locale: str = "",
    ) -> Answer:
        """Say something as a person with these roles, whose app is set to `locale`, and wait until the bot has answered.

        Raises ValueError for what nobody can send on the bot's channel, such as an empty message.
        """
        if self._scene:
            return await self._act(self._scene.say(_seat(chat, person, locale), text, attachments), Message)
        id = self._said[chat] = str(next(self._ids))
        message = Message(
            id=id,
            address=Address("test", chat),
            person=Person(person, locale=locale, roles=tuple(roles)),
            at=float(id),
            text=text,
            attachments=attachments,
        )
        self._log[chat].put(id, person, text)
        return await self.send(message)

    async def edit(
        self,
        text: str,
        *,
        message: str = "",
        chat: str = "chat",
        person: str = "person",
        attachments: Sequence[Attachment] = (),
    ) -> Answer:
        """Change a message (`answer.id`; the latest one), and wait until the bot has dealt with it.

        The answer is empty where the bot says nothing: while it has not answered yet, the answer to `say` is the one.
        Raises ValueError where the channel has no such deed: nobody can edit on the web page.
        """
        if self._scene:
            return await self._act(self._scene.edit(_seat(chat, person), message, text), Edited)
        id, changed = str(next(self._ids)), message or self._said[chat]
        self._log[chat].change(changed, person, text)
        return await self.send(
            Edited(
                id=id,
                address=Address("test", chat),
                person=Person(person),
                at=float(id),
                message=changed,
                text=text,
                attachments=attachments,
            )
        )

    async def delete(self, *, message: str = "", chat: str = "chat", person: str = "person") -> Answer:
        """Take a message back (`answer.id`; the latest one). ValueError on the web page and on Telegram, where a bot does
        not hear of it."""
        if self._scene:
            return await self._act(self._scene.delete(_seat(chat, person), message), Deleted)
        id = str(next(self._ids))
        gone, address = message or self._said[chat], Address("test", chat)
        self._log[chat].remove(gone)
        return await self.send(
            Deleted(id=id, address=address, person=Person(person), at=float(id), message=gone)
        )

    async def react(
        self,
        *added: str,
        removed: Sequence[str] = (),
        to: str = "",
        chat: str = "chat",
        person: str = "person",
    ) -> Answer:
        """React to what the bot said (a key of `answer.keys`; the latest one): `await bot.react("👍")`.

        On a channel it is always the latest one. Raises ValueError on the web page, which has no reactions.
        """
        if self._scene:
            if to:
                raise ValueError("on a channel people react to what the bot said last")
            return await self._act(self._scene.react(_seat(chat, person), added, removed), Reacted)
        id = str(next(self._ids))
        return await self.send(
            Reacted(
                id=id,
                address=Address("test", chat),
                person=Person(person),
                at=float(id),
                message=to or self._spoken[chat],
                added=added,
                removed=tuple(removed),
            )
        )

    async def press(self, label: str, *, chat: str = "chat", person: str = "person") -> Answer:
        """Press a button, and wait until the bot has answered. Raises LookupError where there is none of this label."""
        if self._scene:
            return await self._act(self._scene.press(_seat(chat, person), label), Message)
        if label not in self._buttons.get(chat, ()):
            raise LookupError(f"no button {label!r}; there are {self._buttons.get(chat, [])}")
        return await self.say(label, chat=chat, person=person)

    async def start(self, *, chat: str = "chat", person: str = "person", locale: str = "") -> Answer:
        """Open a conversation without saying anything. On Discord that is to name the bot in a group, whose server has
        the locale; ValueError in a private chat there."""
        if self._scene:
            return await self._act(self._scene.begin(_seat(chat, person, locale)), Started)
        id = str(next(self._ids))
        opener = Person(person, locale=locale)
        return await self.send(Started(id=id, address=Address("test", chat), person=opener, at=float(id)))

    def transcript(self, *, chat: str = "chat") -> str:
        """The chat as people see it: a line `who: what` for each message, with buttons in brackets below it."""
        if self._scene:
            from botcore.testing.scenes import transcript

            return transcript(self._scene.shown(chat))
        return str(self._log[chat])

    async def send(self, event: AnyEvent) -> Answer:
        """Let any event happen. Raises TimeoutError where the bot does not finish within 30 s."""
        await self.intake(event)
        return await self._answered(event)

    async def intake(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        """Where the channel puts what people do; see `channels.base.Intake`."""
        self._answers.setdefault(event.id, [])
        self._done.setdefault(event.id, asyncio.Event())
        await self._inbox.accept(clean_event(event), limit_key=limit_key, shown=shown)
        if self._scene:
            self._heard.put_nowait(event)

    async def _act(self, deed: Awaitable[None], kind: type[Event]) -> Answer:
        """Let a person do something on the channel, and wait for the answer to what the bot hears of it."""
        async with asyncio.timeout(ANSWER_SECONDS):
            async with self._acting:
                await deed
                while not isinstance(event := await self._heard.get(), kind):
                    pass
            return await self._answered(event)

    async def _answered(self, event: AnyEvent) -> Answer:
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._done[event.id].wait()
        return Answer.of(self._answers.pop(event.id), event.id)

    def address(self, *, chat: str = "chat", person: str = "person") -> Address:
        """By which plugins and stores know the chat."""
        return self._scene.address(_seat(chat, person)) if self._scene else Address("test", chat)

    async def later(self, seconds: float) -> Answer:
        """Let time pass; what the bot says meanwhile by its timers, in all chats. Time stands still otherwise."""
        end = self._now + seconds
        self._unasked = []
        while due := [timer for timer in self._store.timers() if timer.due <= end]:
            self._now = max(due[0].due, self._now)
            coming = [timer for timer in due if timer.due <= self._now]
            await self._timers.fire(self._now)
            async with asyncio.timeout(ANSWER_SECONDS):
                for _ in coming:
                    await self._unasked_done.acquire()
        self._now = end
        return Answer.of(self._unasked)

    async def stop(self, *, chat: str = "chat") -> None:
        """Press stop, as a person who has read enough."""
        await self.live.stop(self.address(chat=chat))

    async def _sent(self, outgoing: Outgoing) -> None:
        if outgoing.reply != Reply():
            self._spoken[outgoing.address.chat] = outgoing.key
        if self._channel and self._scene:
            await self._channel.send(outgoing)
            await self._scene.arrived(outgoing)
        else:
            self._note(outgoing)
        if not outgoing.in_reply_to:
            self._unasked.append(outgoing)
            if outgoing.summary:
                self._unasked_done.release()
            return
        self._answers[outgoing.in_reply_to].append(outgoing)
        if outgoing.summary:
            self._done[outgoing.in_reply_to].set()

    def _note(self, outgoing: Outgoing) -> None:
        chat, reply = outgoing.address.chat, outgoing.reply
        if reply == Reply():
            self._log[chat].remove(outgoing.replaces)
            return
        self._log[chat].put(outgoing.key, "botcore", render_plain(reply), instead_of=outgoing.replaces)
        self._buttons[chat] = list(reply.buttons)

    async def __aenter__(self) -> TestBot:
        if self._channel_name:
            await self._enter(self._channel_name)
        self._tasks += [asyncio.create_task(part.run()) for part in (self._worker, self._sender)]
        return self

    async def _enter(self, name: ChannelName) -> None:
        from botcore.testing.scenes import open_scene

        scene = open_scene(name)
        await scene.__aenter__()
        self._scene, self._channel = scene, scene.connect(self)
        self._tasks = [asyncio.create_task(self._channel.run(self.intake))]
        await scene.ready()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._worker.stop()
        await self._sender.stop()
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._channel and self._scene:
            await self._channel.aclose()
            await self._scene.__aexit__(kind, error, trace)
        await self.prompts.summaries.aclose()
        for closer in (closer for plugin in self._plugins for closer in plugin.closers):
            await closer()
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure


class WordForWord:
    """A detector that knows an intent by one of its examples, whatever the case and the closing mark."""

    def __init__(self, router: Router) -> None:
        self._intents = {
            _plain(said): intent
            for intent, by_language in router.examples().items()
            for examples in by_language.values()
            for said in examples
        }

    async def detect(self, text: str, language: str) -> Detection:
        intent = self._intents.get(_plain(text), "")
        return Detection(intent=intent, score=1.0 if intent else 0.0, by="example")


def _seat(chat: str, person: str, locale: str = "") -> Seat:
    from botcore.testing.scenes import Seat

    return Seat(chat, person, locale)


def _plain(text: str) -> str:
    return text.strip().rstrip("?!.？！。").casefold()


def _locales(plugin: Plugin[Any]) -> Path | None:
    return plugin.folder / "locales" if plugin.folder else None
