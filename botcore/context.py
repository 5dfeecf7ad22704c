"""What a handler is given: the message, the person, the dialogue, and what it may use to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Generic, Protocol

import msgspec
from pydantic import BaseModel
from typing_extensions import TypeVar

from botcore.asking.history import fit
from botcore.asking.stream import Stream
from botcore.conversation import HistoryEntry
from botcore.engines.base import ChatMessage, ChatRequest, Engine
from botcore.errors import EngineUnavailable
from botcore.intents.base import Detection
from botcore.knowledge.base import KnowledgeBase
from botcore.types import Address, Attachment, Person, Source

ConfigT = TypeVar("ConfigT", bound=BaseModel, default=BaseModel)


class CommandInfo(msgspec.Struct, frozen=True):
    """A command as /help shows it."""

    name: str
    description: str
    plugin: str


class Texts(Protocol):
    """A plugin's texts in one language."""

    def __call__(self, key: str, /, **values: object) -> str: ...


class HumanDesk(Protocol):
    """Where a person's wish for a human goes."""

    async def request(self, address: Address, person: Person, reason: str) -> str:
        """Keep the request for the team; the reference that the person may name. The same address again,
        while its request is open, gives the same reference."""


class Services(msgspec.Struct, frozen=True):
    """What all contexts share."""

    engine: Engine | None
    knowledge: KnowledgeBase
    humans: HumanDesk
    detect_language: Callable[[str], str]
    """ISO 639-1 code of a text's language; empty where it can't be told."""
    commands: Mapping[str, Sequence[CommandInfo]]
    """Visible commands by language code; every known language has an entry."""
    knowledge_threshold: float = 0.5
    prompt_tokens: int = 6000
    """What a prompt may have at most: instructions, as much of the dialogue as fits, and the question."""


class Context(Generic[ConfigT]):
    """One message in the hands of one handler."""

    def __init__(
        self,
        *,
        services: Services,
        config: ConfigT,
        texts: Texts,
        address: Address,
        person: Person,
        trace_id: str,
        text: str,
        args: str,
        language: str,
        state: dict[str, Any],
        history: Sequence[HistoryEntry],
        attachments: Sequence[Attachment] = (),
        detection: Detection | None = None,
        matched: Mapping[str, str] | None = None,
        expected: Mapping[str, Any] | None = None,
    ) -> None:
        self._services = services
        self.config = config
        self.t = texts
        """`ctx.t(key, **values)`: the plugin's text in the person's language."""
        self.address = address
        self.person = person
        self.trace_id = trace_id
        """Same for every try of this turn: an idempotency key for calls to the outside."""
        self.text = text
        """The message as the person wrote it."""
        self.args = args
        """What follows the command; the whole text where there is none."""
        self.language = language
        """ISO 639-1 code of the person's language."""
        self.state = state
        """What this plugin keeps of this conversation: plain data, stored when the turn is committed."""
        self.history = tuple(history)
        """Most recent messages before this one, oldest first."""
        self.attachments = tuple(attachments)
        self.detection = detection
        self.matched = dict(matched or {})
        """Named groups of the pattern that matched."""
        self.expected = dict(expected or {})
        """In a followup: the data given to `expect`."""
        self.expecting: tuple[str, dict[str, Any]] | None = None
        self.forgetting = False
        self.chosen_language: str | None = None

    # What the handler may use

    @property
    def has_engine(self) -> bool:
        """Whether a language model is configured."""
        return self._services.engine is not None

    @property
    def knowledge(self) -> KnowledgeBase:
        """The documents that the team gave the bot."""
        return self._services.knowledge

    @property
    def knowledge_threshold(self) -> float:
        """The score from which a passage counts as an answer: `knowledge.threshold`."""
        return self._services.knowledge_threshold

    @property
    def commands(self) -> Sequence[CommandInfo]:
        """All visible commands of all plugins, described in the person's language."""
        by_language = self._services.commands
        return by_language.get(self.language) or by_language["en"]

    def ask(
        self,
        prompt: str,
        *,
        system: str = "",
        with_history: bool = True,
        max_tokens: int | None = None,
        temperature: float | None = None,
        model: str = "",
        buttons: Sequence[str] = (),
        sources: Sequence[Source] = (),
    ) -> Stream:
        """An answer of the language model, as a message that grows. The latest turns go along as far as they fit.

        Raises EngineUnavailable at once where no engine is configured: ask `has_engine` first.
        """
        engine = self._services.engine
        if engine is None:
            raise EngineUnavailable("no language model is configured: set engine.urls")
        messages = [ChatMessage("system", system)] if system else []
        if with_history:
            messages += [
                ChatMessage("user" if entry.role == "user" else "assistant", entry.text)
                for entry in self.history
            ]
        messages.append(ChatMessage("user", prompt))
        request = ChatRequest(
            messages=fit(messages, self._services.prompt_tokens),
            model=model,
            max_tokens=max_tokens,
            temperature=temperature,
            request_id=self.trace_id,
            affinity=str(self.address),
        )
        return Stream(_texts_of(engine, request), buttons=buttons, sources=sources)

    def detect_language(self, text: str) -> str:
        """ISO 639-1 code of a text's language; empty where it can't be told (digits, emoji, one short word)."""
        return self._services.detect_language(text)

    async def hand_over(self, reason: str = "") -> str:
        """Keep the person's wish for a human; the reference to tell them."""
        return await self._services.humans.request(self.address, self.person, reason)

    # What the handler may decide for the rest of the dialogue

    def expect(self, followup: str, **data: Any) -> None:
        """Let this plugin's followup hear the next message first, with `data` in `ctx.expected`."""
        self.expecting = (followup, data)

    def forget(self) -> None:
        """Drop this conversation's state and history when the turn is committed."""
        self.forgetting = True

    def speak(self, language: str) -> None:
        """Answer in this language from the next message on; an empty one goes back to detecting it."""
        self.chosen_language = language


async def _texts_of(engine: Engine, request: ChatRequest) -> AsyncIterator[str]:
    async with aclosing(engine.stream(request)) as stream:
        async for delta in stream:
            if delta.text:
                yield delta.text
