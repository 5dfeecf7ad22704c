"""What a handler is given: the message, the person, the dialogue, and what it may use to answer."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, get_args
from typing import TypeVar as PlainTypeVar
from zoneinfo import available_timezones

import msgspec
from pydantic import BaseModel
from typing_extensions import TypeVar

from botcore.asking.choose import choose
from botcore.asking.pictures import looks_like_picture, pictures
from botcore.asking.stream import Stream
from botcore.asking.tool import ToolFunction
from botcore.conversation import HistoryEntry, Summary
from botcore.engines.base import ChatRequest, Engine, Image, Tool
from botcore.errors import EngineUnavailable, PluginError
from botcore.i18n.texts import Wording
from botcore.intents.base import Detection
from botcore.knowledge.base import KnowledgeBase
from botcore.memory.base import Notes, Owner, PersonMemory
from botcore.memory.local import LocalMemory
from botcore.types import Address, AnyEvent, Attachment, Person, Source, WhileAnswering

if TYPE_CHECKING:
    # These bring asyncio along, which half of a command's start can do without.
    from botcore.asking.prompt import Prompts
    from botcore.asking.toolbox import Note, Toolbox

ConfigT = TypeVar("ConfigT", bound=BaseModel, default=BaseModel)
T = PlainTypeVar("T")
BY_EDITS = frozenset({"telegram", "discord"})
"""Channels that show a growing answer by editing it."""


class CommandInfo(msgspec.Struct, frozen=True):
    """A command as /help shows it."""

    name: str
    description: str
    plugin: str
    choices: tuple[tuple[str, str], ...] = ()
    """What may follow it, each with its name in the person's language; empty where anything may."""
    menu: str = ""
    """Its name in the menu of a message, where a channel has one; empty for none."""
    private: bool = False
    """Its answer is for who asked, not for everybody in the room."""


class Scheduled(msgspec.Struct, frozen=True):
    """A timer that a handler asked for."""

    timer: str
    due: float
    data: dict[str, Any]


class HumanDesk(Protocol):
    """Where a person's wish for a human goes."""

    async def request(self, address: Address, person: Person, reason: str) -> str:
        """Keep the request for the team; the reference that the person may name. The same address again,
        while its request is open, gives the same reference."""


def _new_prompts() -> Prompts:
    from botcore.asking.prompt import Prompts

    return Prompts()


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
    memory: PersonMemory = msgspec.field(default_factory=LocalMemory)
    clock: Callable[[], float] = time.time
    """Unix seconds, as timers count them."""
    time_zone: str = "UTC"
    """IANA name: what "tomorrow at 8" means."""
    prompts: Prompts = msgspec.field(default_factory=_new_prompts)
    """How much goes into a prompt: instructions, as much of the dialogue as fits, and the question."""
    vision: bool = False
    """Whether the engine's model sees pictures: `engine.vision`."""
    cache_salt: str = ""
    """Keeps this bot's prefixes in the engine's cache apart from those of other tenants."""


def _new_toolbox(
    ctx: Context[Any], tools: Sequence[ToolFunction], roles: tuple[str, ...], note: Note
) -> Toolbox:
    from botcore.asking.toolbox import Toolbox

    return Toolbox(ctx, tools, roles, note)


class Context(Generic[ConfigT]):
    """One message in the hands of one handler."""

    def __init__(
        self,
        *,
        services: Services,
        config: ConfigT,
        texts: Wording,
        address: Address,
        person: Person,
        trace_id: str,
        event: AnyEvent | None = None,
        text: str,
        args: str,
        language: str,
        state: dict[str, Any],
        time_zone: str = "",
        history: Sequence[HistoryEntry],
        attachments: Sequence[Attachment] = (),
        detection: Detection | None = None,
        matched: Mapping[str, str] | None = None,
        expected: Mapping[str, Any] | None = None,
        tools: Sequence[ToolFunction] = (),
        note: Note = lambda stage, detail, ms: None,
        summary: Summary | None = None,
        words: Callable[[str], str] = str,
    ) -> None:
        self._services = services
        self._toolbox = _new_toolbox(self, tools, person.roles, note) if tools else None
        self.config = config
        self.t = texts
        """`ctx.t(key, **values)`: the plugin's text in the person's language."""
        self._words = words
        self.address = address
        self.person = person
        self.trace_id = trace_id
        """Same for every try of this turn: an idempotency key for calls to the outside."""
        self.event = event
        """What has happened: in a handler of `@plugin.event(Reacted)`, say, the `Reacted` itself."""
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
        self.time_zone = time_zone or services.time_zone
        """IANA name of the person's time zone: theirs where they told it, else the setting `time_zone`."""
        self.detection = detection
        self.matched = dict(matched or {})
        """Named groups of the pattern that matched."""
        self.expected = dict(expected or {})
        """In a followup: the data given to `expect`; in a timer: those given to `schedule`."""
        self.expecting: tuple[str, dict[str, Any]] | None = None
        self.forgetting = False
        self.chosen_language: str | None = None
        self.chosen_time_zone: str | None = None
        self.mode: tuple[WhileAnswering | None] | None = None
        self.scheduled: list[Scheduled] = []
        self.cancelled: list[str] = []
        self.summary = summary
        """What the model made of the turns before `history`, for its own prompts."""

    # What the handler may use

    @property
    def has_engine(self) -> bool:
        """Whether a language model is configured."""
        return self._services.engine is not None

    @property
    def pictures(self) -> list[Image]:
        """Pictures of this message that the language model can see; none where it sees none (`engine.vision`)."""
        return pictures(self.attachments) if self._services.vision else []

    @property
    def knowledge(self) -> KnowledgeBase:
        """The documents that the team gave the bot."""
        return self._services.knowledge

    @property
    def memory(self) -> Notes:
        """What the bot remembers of this person, in whatever chat of this channel they write; nobody else's."""
        owner = Owner.of(self.address, self.person)
        return Notes(self._services.memory, owner)

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
        with_tools: bool = True,
        max_tokens: int | None = None,
        temperature: float | None = None,
        model: str = "",
        buttons: Sequence[str] = (),
        sources: Sequence[Source] = (),
    ) -> Stream:
        """An answer of the language model, as a message that grows. The latest turns go along as far as they fit, and
        the message's pictures where the model sees; where it does not, a line below the answer says so.

        The model may call this plugin's tools (`@plugin.tool`) before it answers. Raises EngineUnavailable at once
        where no engine is configured: ask `has_engine` first.
        """
        engine = self._engine()
        toolbox = self._toolbox if with_tools else None
        request = self._request(
            prompt,
            system,
            with_history=with_history,
            model=model,
            max_tokens=max_tokens,
            temperature=temperature,
            tools=toolbox.offered if toolbox else (),
            images=self.pictures,
        )
        pieces = self._answer(engine, request, toolbox, with_history=with_history)
        return Stream(pieces, buttons=buttons, sources=sources)

    async def ask_for(
        self,
        type: type[T],
        prompt: str,
        *,
        system: str = "",
        with_history: bool = False,
        max_tokens: int | None = None,
        temperature: float | None = 0.0,
        model: str = "",
    ) -> T:
        """What the language model answers, as a value of `type`: a pydantic model, a msgspec struct, a dataclass, an
        enumeration. An answer that does not fit is sent back once with what is wrong.

        Raises EngineError, AnswerUnfit among them; EngineUnavailable where no engine is configured.
        """
        engine = self._engine()
        request = self._request(
            prompt,
            system,
            with_history=with_history,
            model=model,
            max_tokens=max_tokens,
            temperature=temperature,
        )
        from botcore.asking.structured import answer_as

        request = await self._fitted(engine, request, with_history=with_history)
        return await answer_as(engine, request, type, shorten=self._services.prompts.shorter)

    async def choose(
        self, prompt: str, options: Sequence[str], *, system: str = "", model: str = ""
    ) -> str | None:
        """The one of `options` that the language model chooses, by one short request; None where it names none.

        Raises EngineError; EngineUnavailable where no engine is configured.
        """
        engine = self._engine()
        request = self._request(prompt, system, with_history=False, model=model)
        request = await self._fitted(engine, request, with_history=False)
        return await choose(
            engine,
            request.messages,
            options,
            model=model,
            request_id=request.request_id,
            affinity=request.affinity,
            cache_salt=request.cache_salt,
        )

    def _engine(self) -> Engine:
        if self._services.engine is None:
            raise EngineUnavailable("no language model is configured: set engine.urls")
        return self._services.engine

    def _request(
        self,
        prompt: str,
        system: str,
        *,
        with_history: bool,
        model: str,
        max_tokens: int | None = None,
        temperature: float | None = None,
        tools: Sequence[Tool] = (),
        images: Sequence[Image] = (),
    ) -> ChatRequest:
        from botcore.asking.prompt import messages_of

        address, history = str(self.address), self.history if with_history else ()
        if history:
            made = self._services.prompts.summaries.take(address, {entry.id for entry in history})
            self.summary = made or self.summary
        return ChatRequest(
            messages=messages_of(system, history, self.summary if history else None, prompt, images),
            model=model,
            max_tokens=max_tokens,
            temperature=temperature,
            request_id=self.trace_id,
            affinity=address,
            cache_salt=self._services.cache_salt,
            tools=tools,
        )

    async def _answer(
        self, engine: Engine, request: ChatRequest, toolbox: Toolbox | None, *, with_history: bool
    ) -> AsyncGenerator[str, None]:
        from botcore.asking.answering import answer

        prompts = self._services.prompts
        fitted = await self._fitted(engine, request, with_history=with_history)
        async with aclosing(answer(engine, fitted, toolbox=toolbox, shorten=prompts.shorter)) as pieces:
            async for piece in pieces:
                yield piece
        if sum(map(looks_like_picture, self.attachments)) > len(request.messages[-1].images):
            yield "\n\n" + self._words("picture_unseen")
        if with_history:
            prompts.sum_up(engine, request, self.history, self.summary)

    async def _fitted(self, engine: Engine, request: ChatRequest, *, with_history: bool) -> ChatRequest:
        prompts = self._services.prompts
        torn = with_history and not self.summary and len(self.history) >= prompts.entries
        by_edits = self.address.channel in BY_EDITS
        return await prompts.fitted(engine, request, torn=torn, by_edits=by_edits)

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

    def while_answering(self, mode: WhileAnswering | None) -> None:
        """What becomes of messages that come while the bot answers, from the next turn on, in this conversation.

        None goes back to what each plugin says of itself.
        """
        if mode is not None and mode not in get_args(WhileAnswering):
            raise PluginError(
                f"ctx.while_answering({mode!r}): expected one of {', '.join(get_args(WhileAnswering))}"
            )
        self.mode = (mode,)

    def schedule(self, when: float | timedelta | datetime, timer: str, /, **data: Any) -> None:
        """Let this plugin's `@plugin.timer(timer)` answer later, with `data` in `ctx.expected`.

        `when` is in seconds from now, a timedelta, or a datetime with its time zone. A timer is set when the turn is
        committed, comes once, outlives restarts, and is at most a second late while a worker runs. At most 100 wait
        in a conversation; one more is a PluginError.
        """
        self.scheduled.append(Scheduled(timer, self._moment(when), data))

    def cancel(self, timer: str) -> None:
        """Let no timer of this name come any more in this conversation, set in this turn or before. No-op for none."""
        self.cancelled.append(timer)
        self.scheduled = [one for one in self.scheduled if one.timer != timer]

    def _moment(self, when: float | timedelta | datetime) -> float:
        if isinstance(when, datetime):
            if when.tzinfo is None:
                raise PluginError(f"ctx.schedule: {when} has no time zone: say datetime.now(UTC), or seconds")
            return when.timestamp()
        seconds = when.total_seconds() if isinstance(when, timedelta) else when
        if not math.isfinite(seconds):
            raise PluginError(f"ctx.schedule: {seconds} is no time from now")
        return self._services.clock() + seconds

    def forget(self) -> None:
        """Drop this conversation's state, history and timers when the turn is committed."""
        self.forgetting = True

    def speak(self, language: str) -> None:
        """Answer in this language from now on, `ctx.t` too; an empty one goes back to detecting it."""
        self.chosen_language = language
        if language:
            self.language = language
            self.t = self.t.into(language)

    def live_in(self, time_zone: str) -> None:
        """Take dates and times for those of this time zone (`Europe/Berlin`) from now on, in this conversation.

        An empty name goes back to the setting `time_zone`. Raises PluginError for a name that is none.
        """
        if time_zone and time_zone not in available_timezones():
            raise PluginError(
                f"ctx.live_in({time_zone!r}): expected the name of a time zone, like Europe/Berlin"
            )
        self.chosen_time_zone = time_zone
        self.time_zone = time_zone or self._services.time_zone
