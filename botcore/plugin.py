"""What a plugin author writes with: a `Plugin` at module level, and decorators on it."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, overload

import msgspec
from pydantic import BaseModel

from botcore.asking.stream import Stream
from botcore.asking.tool import CHARACTERS, SECONDS, ToolFunction, tool_function
from botcore.channels.base import Channel, ChannelSetup
from botcore.context import ConfigT, Context
from botcore.errors import PluginError
from botcore.forms import Form
from botcore.types import Event, Reply, WhileAnswering

Said = str | Reply | Stream
"""What a handler may answer; each is one message, and a Stream is one message that grows."""
Answer = Awaitable[Said | None] | AsyncIterator[Said]
Handler = Callable[[Any], Answer]
HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
FormT = TypeVar("FormT", bound=BaseModel)
FormHandlerT = Callable[[Any, FormT], Answer]
Measured = Callable[[Any, Mapping[str, str]], Awaitable[Mapping[str, str]]]
MeasuredT = TypeVar("MeasuredT", bound=Measured)

OWN_CHANNELS = ("web", "cli", "openai", "telegram", "discord", "test")
"""Names that botcore's own channels have."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


OpenChannel = Callable[[ChannelSetup[Any]], Channel | None]
OpenChannelT = TypeVar("OpenChannelT", bound=OpenChannel)


class NoConfig(BaseModel, extra="forbid"):
    """The settings of a plugin that has none."""


class Command(msgspec.Struct, frozen=True):
    """`/name`, with what follows in `ctx.args`."""

    name: str
    handler: Handler
    description: str
    """First line of the handler's docstring; the text `command.<name>` of the plugin's locale replaces it."""
    hidden: bool = False
    choices: tuple[str, ...] = ()
    menu: str = ""
    private: bool = False
    foreign: bool = False


class Intent(msgspec.Struct, frozen=True):
    """What a person may want, known by examples and patterns."""

    name: str
    handler: Handler
    examples: Mapping[str, Sequence[str]]
    """By language; the plugin's locales add theirs from `[examples]`."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """Tried before the classifier; named groups are in `ctx.matched`."""
    form: Form | None = None
    """Filled in a dialogue before the handler is asked."""


class ChannelOffer(msgspec.Struct, frozen=True):
    """A way to reach the bot that the plugin brings along."""

    name: str
    open: OpenChannel
    numbers_choices: bool


class Plugin(Generic[ConfigT]):
    """A named set of handlers. Its settings are `plugins.<name>.*`, checked by the pydantic model `config`.

    A handler is `async def handler(ctx: Context)`. It returns or yields `str | Reply | Stream`. An intent,
    followup or fallback handler that answers nothing (returns None) passes: the next in line is asked.

    What a person writes while this plugin answers waits (`while_answering="queue"`). With "merge", a handler is asked
    once the person has been silent for 0.8 s, and hears all of it as one text, line by line; with "interrupt", the
    answer ends where it is, and the new message is answered with what was said so far in its history.
    """

    def __init__(
        self,
        name: str,
        *,
        config: type[ConfigT] = NoConfig,  # type: ignore[assignment]  # the default of ConfigT is NoConfig
        description: str = "",
        folder: Path | None = None,
        while_answering: WhileAnswering = "queue",
    ) -> None:
        if not _NAME.fullmatch(name):
            raise PluginError(
                f"plugin {name!r}: a name is made of a-z, 0-9 and _, and begins with a letter (32 at most)"
            )
        if while_answering not in get_args(WhileAnswering):
            raise PluginError(
                f"plugin {name!r}: while_answering={while_answering!r}: "
                f"expected one of {', '.join(get_args(WhileAnswering))}"
            )
        self.name = name
        self.while_answering: WhileAnswering = while_answering
        self.config = config
        self.description = description
        self.commands: dict[str, Command] = {}
        self.intents: dict[str, Intent] = {}
        self.followups: dict[str, Handler] = {}
        self.timers: dict[str, Handler] = {}
        self.fallbacks: list[Handler] = []
        self.events: dict[type[Event], Handler] = {}
        self.channels: dict[str, ChannelOffer] = {}
        self.tools: dict[str, ToolFunction] = {}
        self.starters: list[Callable[[], Awaitable[None]]] = []
        self.closers: list[Callable[[], Awaitable[None]]] = []
        self.measures: dict[str, Measured] = {}
        self._folder = folder

    def command(
        self,
        name: str,
        *,
        hidden: bool = False,
        choices: Sequence[str] = (),
        menu: str = "",
        private: bool = False,
        foreign: bool = False,
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer `/name` on every channel. A hidden one is left out of /help and menus.

        Where a channel has a place for it: `choices` (25 at most) are offered to follow the command; under `menu` (32
        characters) it stands in the menu of a message, whose text follows it then; a `private` one answers only who
        asked. The texts `choice.<name>.<choice>` and `menu.<name>` of the plugin's locale replace their names.

        What follows a `foreign` one may be a text in any language, so that it does not tell which one the person speaks.
        """

        def register(handler: HandlerT) -> HandlerT:
            self._check("command", name, self.commands, handler)
            description = (inspect.getdoc(handler) or "").partition("\n")[0]
            self.commands[name] = Command(
                name, handler, description, hidden, tuple(choices), menu, private, foreign
            )
            return handler

        return register

    def intent(
        self,
        name: str,
        *,
        examples: Sequence[str] | Mapping[str, Sequence[str]] = (),
        patterns: Sequence[str] = (),
    ) -> Callable[[HandlerT], HandlerT]:
        """Answer what a person wants. A plain list of examples counts for every language."""

        def register(handler: HandlerT) -> HandlerT:
            self._add_intent(name, handler, examples, patterns)
            return handler

        return register

    def form(
        self,
        intent: str,
        form_type: type[FormT],
        *,
        examples: Sequence[str] | Mapping[str, Sequence[str]] = (),
        patterns: Sequence[str] = (),
        confirm: bool = True,
        patience: float = 1800.0,
    ) -> Callable[[FormHandlerT[FormT]], FormHandlerT[FormT]]:
        """Answer an intent once a form is filled: `async def handler(ctx, form)` gets the checked pydantic model.

        Its fields are asked for in their order, or taken from what the person says; those with a default are only
        taken. Before the handler is asked the person confirms, unless `confirm` is False. After `patience` seconds
        of silence the person is asked whether to go on. The plugin's texts may word each question: see
        `form.<intent>.<field>.ask` and `.label`.
        """

        def register(handler: FormHandlerT[FormT]) -> FormHandlerT[FormT]:
            form = Form(intent, form_type, confirm=confirm, patience=patience)
            self._add_intent(intent, handler, examples, patterns, form)
            return handler

        return register

    def followup(self, name: str) -> Callable[[HandlerT], HandlerT]:
        """Hear the next message first, after `ctx.expect(name)`."""

        def register(handler: HandlerT) -> HandlerT:
            self._check("followup", name, self.followups, handler)
            self.followups[name] = handler
            return handler

        return register

    def timer(self, name: str) -> Callable[[HandlerT], HandlerT]:
        """Speak when the time has come that `ctx.schedule(when, name)` asked for."""

        def register(handler: HandlerT) -> HandlerT:
            self._check("timer", name, self.timers, handler)
            self.timers[name] = handler
            return handler

        return register

    def fallback(self, handler: HandlerT) -> HandlerT:
        """Hear what no command and no intent took; plugins are asked in the order of `plugins.enabled`."""
        self._check("fallback", "fallback", (), handler)
        self.fallbacks.append(handler)
        return handler

    def event(self, type: type[Event]) -> Callable[[HandlerT], HandlerT]:
        """Hear an event that is no message, such as `Started`."""

        def register(handler: HandlerT) -> HandlerT:
            if type in self.events:
                raise PluginError(f"plugin {self.name!r} has two handlers for the event {type.__name__}")
            self._check("event", type.__name__.lower(), (), handler)
            self.events[type] = handler
            return handler

        return register

    def channel(self, name: str, *, numbers_choices: bool = False) -> Callable[[OpenChannelT], OpenChannelT]:
        """Bring a channel: `def open(setup: ChannelSetup[Config]) -> Channel | None`, None where it is not set up.

        Its addresses begin with `name`, which no other channel has. One that has no buttons and shows them as a numbered
        list says `numbers_choices`: then a person may answer with the number.
        """

        def register(open: OpenChannelT) -> OpenChannelT:
            if not _NAME.fullmatch(name) or name in OWN_CHANNELS:
                raise PluginError(
                    f"plugin {self.name!r}: channel {name!r}: a name of a-z, 0-9 and _, a letter first, and none of "
                    f"{', '.join(OWN_CHANNELS)}"
                )
            if name in self.channels:
                raise PluginError(f"plugin {self.name!r} brings the channel {name!r} twice")
            self.channels[name] = ChannelOffer(name, open, numbers_choices)
            return open

        return register

    @overload
    def tool(self, handler: HandlerT) -> HandlerT: ...

    @overload
    def tool(
        self, *, roles: Sequence[str] = (), seconds: float = SECONDS, characters: int = CHARACTERS
    ) -> Callable[[HandlerT], HandlerT]: ...

    def tool(
        self,
        handler: HandlerT | None = None,
        *,
        roles: Sequence[str] = (),
        seconds: float = SECONDS,
        characters: int = CHARACTERS,
    ) -> HandlerT | Callable[[HandlerT], HandlerT]:
        """Let the language model call `async def handler(ctx, ...)` while it answers this plugin's `ctx.ask`.

        The model is told its name, its docstring (lines below `Args:` are about the arguments) and the types of its
        arguments, which are checked before the call. What it returns, text or anything that has a JSON form, goes to
        the model as data, cut at so many `characters`. Only a person with one of `roles` may have it called; none
        means everybody. A call that fails, or takes longer than `seconds`, is told to the model and the log.
        """

        def register(handler: HandlerT) -> HandlerT:
            name = getattr(handler, "__name__", "")
            self._check("tool", name, self.tools, handler)
            if inspect.isasyncgenfunction(handler):
                raise PluginError(
                    f"plugin {self.name!r}: the tool {name!r} returns its result, and yields nothing"
                )
            try:
                self.tools[name] = tool_function(
                    handler, roles=tuple(roles), seconds=seconds, characters=characters
                )
            except PluginError as error:
                raise PluginError(f"plugin {self.name!r}: {error}") from error
            return handler

        return register if handler is None else register(handler)

    def on_start(self, starter: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Warm up what the first message would wait for, in the background. Errors are logged."""
        self.starters.append(starter)
        return starter

    def on_stop(self, closer: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Let go of what the plugin holds (processes, connections) when the bot stops. Errors are logged."""
        self.closers.append(closer)
        return closer

    def measured(self, name: str) -> Callable[[MeasuredT], MeasuredT]:
        """Let `botcore eval <name>` ask this plugin, outside of any dialogue.

        `async def handler(ctx, row)` gets a row of the file as plain data and answers so: see docs/evaluation.md.
        """

        def register(handler: MeasuredT) -> MeasuredT:
            self._check("measure", name, self.measures, handler)
            self.measures[name] = handler
            return handler

        return register

    @property
    def folder(self) -> Path | None:
        """Where the plugin's locales and data lie: beside the file that holds its handlers."""
        if self._folder is None:
            openers: list[Callable[..., Any]] = [offer.open for offer in self.channels.values()]
            tools: list[Callable[..., Any]] = [tool.handler for tool in self.tools.values()]
            for handler in (*self.handlers, *openers, *tools):
                return Path(inspect.getfile(handler)).parent
        return self._folder

    @property
    def handlers(self) -> list[Callable[..., Any]]:
        """Everything of this plugin that hears something."""
        return [
            *(command.handler for command in self.commands.values()),
            *(intent.handler for intent in self.intents.values()),
            *self.followups.values(),
            *self.timers.values(),
            *self.fallbacks,
            *self.events.values(),
        ]

    def _add_intent(
        self,
        name: str,
        handler: Callable[..., Any],
        examples: Sequence[str] | Mapping[str, Sequence[str]],
        patterns: Sequence[str],
        form: Form | None = None,
    ) -> None:
        self._check("intent", name, self.intents, handler)
        by_language = examples if isinstance(examples, Mapping) else {"": examples}
        try:
            compiled = tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
        except re.error as error:
            raise PluginError(
                f"plugin {self.name!r}, intent {name!r}: a pattern is not valid: {error}"
            ) from error
        self.intents[name] = Intent(name, handler, by_language, compiled, form)

    def _check(
        self, kind: str, name: str, taken: Mapping[str, object] | tuple[()], handler: Callable[..., Any]
    ) -> None:
        if not _NAME.fullmatch(name):
            raise PluginError(
                f"plugin {self.name!r}: {kind} {name!r}: a name is made of a-z, 0-9 and _, and begins with a letter"
            )
        if name in taken:
            raise PluginError(f"plugin {self.name!r} has two handlers for the {kind} {name!r}")
        if not (inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler)):
            raise PluginError(f"plugin {self.name!r}: the handler of {kind} {name!r} must be `async def`")


__all__ = ["Command", "Context", "Handler", "Intent", "NoConfig", "Plugin", "Said"]
