"""A whole bot in memory around one plugin: say something, read what it answers.

The message takes the way it takes in production (inbox, worker, middleware, dispatcher, commit, outbox), with the
store in this process's memory.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

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
from botcore.middleware.language import Language
from botcore.middleware.voice import Voice
from botcore.plugin import Plugin
from botcore.testing.fakes import FixedKnowledge, MemoryDesk
from botcore.types import (
    Address,
    AnyEvent,
    Attachment,
    Deleted,
    Edited,
    Message,
    Outgoing,
    Person,
    Reacted,
    Reply,
    Started,
    TurnSummary,
)

ANSWER_SECONDS = 30.0


class Answer(str):
    """What the bot said to one message: the texts joined by blank lines, and everything else beside it."""

    replies: tuple[Reply, ...]
    sent: tuple[Outgoing, ...]
    summary: TurnSummary
    incomplete: bool

    id: str
    """Of the message that it answers."""

    @property
    def buttons(self) -> list[str]:
        return [button for reply in self.replies for button in reply.buttons]

    @property
    def keys(self) -> list[str]:
        """Of the messages that were said."""
        return [one.key for one in self.sent]

    @property
    def replaces(self) -> list[str]:
        """Keys of the earlier messages whose place these take, or which they take away."""
        return [one.replaces for one in self.sent if one.replaces]

    @classmethod
    def of(cls, sent: Sequence[Outgoing], id: str = "") -> Answer:
        shown = [one for one in sent if one.reply != Reply()]
        answer = cls("\n\n".join(one.reply.text for one in shown))
        answer.id = id
        answer.sent = tuple(one for one in sent if one.replaces or one.reply != Reply())
        answer.replies = tuple(one.reply for one in shown)
        answer.incomplete = any(one.incomplete for one in shown)
        answer.summary = (sent[-1].summary if sent else None) or TurnSummary("")
        return answer


class TestBot:
    """`async with TestBot(plugin) as bot: assert await bot.say("/echo hello") == "hello"`

    `config` is the plugin's table of settings; several plugins stand in the order of their fallbacks. Without a
    `detector` an intent is found by its patterns and by its examples, word for word.
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
            Language(lambda text, prior: detect_language(text, prior).code, languages, language),
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
        self._sender = Sender(MemoryOutbox(self._store), {"test": self._sent})
        self._answers: dict[str, list[Outgoing]] = {}
        self._said: dict[str, str] = {}
        """Id of the latest message of each chat."""
        self._heard: dict[str, str] = {}
        """Key of what the bot said last."""
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
    ) -> Answer:
        """Say something as a person, who may have roles, and wait until the bot has answered."""
        id = str(next(self._ids))
        address = Address("test", chat)
        self._said[chat] = id
        return await self.send(
            Message(
                id=id,
                address=address,
                person=Person(person, roles=tuple(roles)),
                at=float(id),
                text=text,
                attachments=attachments,
            )
        )

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
        """
        id = str(next(self._ids))
        return await self.send(
            Edited(
                id=id,
                address=Address("test", chat),
                person=Person(person),
                at=float(id),
                message=message or self._said[chat],
                text=text,
                attachments=attachments,
            )
        )

    async def delete(self, *, message: str = "", chat: str = "chat", person: str = "person") -> Answer:
        """Take a message back (`answer.id`; the latest one)."""
        id = str(next(self._ids))
        gone, address = message or self._said[chat], Address("test", chat)
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
        """React to what the bot said (a key of `answer.keys`; the latest one): `await bot.react("👍")`."""
        id = str(next(self._ids))
        return await self.send(
            Reacted(
                id=id,
                address=Address("test", chat),
                person=Person(person),
                at=float(id),
                message=to or self._heard[chat],
                added=added,
                removed=tuple(removed),
            )
        )

    async def start(self, *, chat: str = "chat", locale: str = "") -> Answer:
        """Open a conversation without saying anything."""
        id = str(next(self._ids))
        person = Person("person", locale=locale)
        return await self.send(Started(id=id, address=Address("test", chat), person=person, at=float(id)))

    async def send(self, event: AnyEvent) -> Answer:
        """Let any event happen. Raises TimeoutError where the bot does not finish within 30 s."""
        done = self._done[event.id] = asyncio.Event()
        self._answers[event.id] = []
        await self._inbox.accept(clean_event(event))
        async with asyncio.timeout(ANSWER_SECONDS):
            await done.wait()
        return Answer.of(self._answers.pop(event.id), event.id)

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
        await self.live.stop(Address("test", chat))

    async def _sent(self, outgoing: Outgoing) -> None:
        if outgoing.reply != Reply():
            self._heard[outgoing.address.chat] = outgoing.key
        if not outgoing.in_reply_to:
            self._unasked.append(outgoing)
            if outgoing.summary:
                self._unasked_done.release()
            return
        self._answers[outgoing.in_reply_to].append(outgoing)
        if outgoing.summary:
            self._done[outgoing.in_reply_to].set()

    async def __aenter__(self) -> TestBot:
        self._tasks = [asyncio.create_task(part.run()) for part in (self._worker, self._sender)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._worker.stop()
        await self._sender.stop()
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
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


def _plain(text: str) -> str:
    return text.strip().rstrip("?!.？！。").casefold()


def _locales(plugin: Plugin[Any]) -> Path | None:
    return plugin.folder / "locales" if plugin.folder else None
