"""Finds the handler for a turn: command, dialogue in progress, pattern, classifier, fallback. First answer wins."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any, cast

import msgspec

from botcore.asking.stream import Stream
from botcore.context import Context, Services
from botcore.conversation import Expectation, encode, reference
from botcore.dispatch.filling import Filling
from botcore.dispatch.router import Router, Target, parse_command
from botcore.dispatch.turn import Step, Turn
from botcore.dispatch.while_answering import gather, interrupting
from botcore.engines.adapters import ModelEngine
from botcore.errors import AnswerUnfit, EngineError, EngineRefused, PluginError, PromptTooLong
from botcore.i18n.texts import Catalog, Wording
from botcore.intents.base import Detection, Detector
from botcore.plugin import Said
from botcore.types import Message, Reply, Timer, WhileAnswering

TIMERS = 100
"""That may wait in one conversation."""


class _MoreWasSaid(Exception):
    """The turn's text has grown: its handler is to be found anew."""


def engine_text(error: EngineError) -> str:
    """Key of the sentence for a person whose answer did not begin."""
    if isinstance(error, PromptTooLong):
        return "prompt_too_long"
    if isinstance(error, AnswerUnfit):
        return "apology"
    return "engine_refused" if isinstance(error, EngineRefused) else "engine_away"


class Dispatcher:
    """Stateless between turns; `handle` may run for many turns at once."""

    def __init__(self, router: Router, detector: Detector, services: Services, texts: Catalog) -> None:
        self._router = router
        self._detector = detector
        self._services = services
        self._texts = texts
        self._filling = Filling(router, texts, services.time_zone, self._run)

    async def handle(self, turn: Turn) -> None:
        """Let the first handler that has an answer give it. Raises what a handler raises."""
        if isinstance(turn.event, Timer):
            await self._timer(turn, turn.event)
            return
        if not isinstance(turn.event, Message) and await self._event(turn):
            return
        if not turn.messages:
            return
        self._take_back_timers(turn)
        command = parse_command(turn.text)
        if command:
            await self._command(turn, *command)
            self._filling.remind(turn)
            return
        expecting = turn.state.expecting
        try:
            await self._find(turn)
        except _MoreWasSaid:
            turn.state.expecting = expecting
            await self._find(turn)

    async def _find(self, turn: Turn) -> None:
        for stage in (self._followup, self._filling.hear, self._pattern, self._intent, self._fallback):
            if await stage(turn):
                self._filling.remind(turn)
                return
        if await self._filling.hear(turn, insist=True):
            return
        turn.say(Reply(self._texts.text(turn.language, "no_answer")))

    async def _event(self, turn: Turn) -> bool:
        """Whether a plugin answered. Those before it, which had nothing to say, have heard it all the same."""
        for target in self._router.events(type(turn.event)):
            if await self._run(turn, target, passes=False):
                return True
        return False

    def _take_back_timers(self, turn: Turn) -> None:
        """What an answer asked for that is now replaced."""
        if turn.revision and turn.claim.timers:
            traces = [reference(turn.event.address, id) for id in turn.revision.events]
            turn.cancelled += [f"{name}:{trace}:" for name in self._router.timers() for trace in traces]

    async def _timer(self, turn: Turn, timer: Timer) -> None:
        target = self._router.timer(timer.plugin, timer.name)
        turn.detection = Detection(intent=timer.name, score=1.0, by="timer")
        if target:
            await self._run(turn, target, expected=timer.data, passes=False)

    async def _command(self, turn: Turn, name: str, args: str) -> None:
        target = self._router.command(name)
        turn.detection = Detection(intent=f"/{name}", score=1.0, by="command")
        if target:
            turn.state.expecting = None
            await self._run(turn, target, args=args)
            return
        nearest = self._router.nearest_command(name)
        key = "unknown_command_nearest" if nearest else "unknown_command"
        turn.say(Reply(self._texts.text(turn.language, key, name=name, nearest=nearest)))

    async def _followup(self, turn: Turn) -> bool:
        expecting, turn.state.expecting = turn.state.expecting, None
        target = self._router.followup(expecting.plugin, expecting.followup) if expecting else None
        if not target or not expecting:
            return False
        turn.detection = Detection(intent=expecting.followup, score=1.0, by="followup")
        return await self._run(turn, target, expected=expecting.data)

    async def _pattern(self, turn: Turn) -> bool:
        for target, groups in self._router.patterns(turn.text):
            turn.detection = Detection(intent=target.name, score=1.0, by="pattern")
            if await self._run(turn, target, matched=groups):
                return True
        return False

    async def _intent(self, turn: Turn) -> bool:
        with turn.step("detect") as decided:
            detection = await self._detector.detect(turn.text, turn.language)
            decided(f"{detection.intent or 'out of scope'} {detection.score:.2f} by {detection.by}")
        turn.detection = detection
        if detection.parts and await self._parts(turn, detection):
            return True
        target = self._router.intent(detection.intent) if detection.intent else None
        return bool(target) and await self._run(turn, cast("Target", target))

    async def _parts(self, turn: Turn, whole: Detection) -> bool:
        """Answer several wishes one after another, each by its own handler with its own part of the text."""
        targets = [self._router.intent(part.intent) for part in whole.parts]
        if any(target is None or self._mode(turn, target) == "merge" for target in targets):
            return False
        answered = False
        for part, target in zip(whole.parts, targets, strict=True):
            turn.detection = msgspec.structs.replace(whole, intent=part.intent, score=part.score, parts=())
            if not turn.stopped:
                found = cast("Target", target)
                answered |= await self._run(turn, found, text=part.text) or await self._left(turn, part.text)
        turn.detection = whole
        return answered

    async def _fallback(self, turn: Turn) -> bool:
        if turn.detection and turn.detection.intent:  # its handler passed
            turn.detection = Detection(by="fallback", alternatives=turn.detection.alternatives)
        return not self._filling.is_waiting(turn) and await self._left(turn)

    async def _left(self, turn: Turn, text: str | None = None) -> bool:
        """Whether a fallback took it. They are asked in their order."""
        for target in self._router.fallbacks():
            if await self._run(turn, target, text=text):
                return True
        return False

    async def _run(
        self,
        turn: Turn,
        target: Target,
        *,
        args: str | None = None,
        matched: Mapping[str, str] | None = None,
        expected: Mapping[str, Any] | None = None,
        text: str | None = None,
        passes: bool = True,
    ) -> bool:
        """Whether the handler answered. What it decided counts only then, unless its silence is no passing. `text` is
        its part of the message."""
        mode = self._mode(turn, target)
        if mode == "merge" and await gather(turn):
            raise _MoreWasSaid
        if target.form:
            return await self._filling.begin(turn, target, target.form)
        ctx = self._context(turn, target, args, matched, expected, turn.text if text is None else text)
        with turn.step(f"{target.installed.plugin.name}.{target.name}") as decided:
            before = turn.plugin, turn.handler
            turn.plugin, turn.handler = (
                target.installed.plugin.name,
                getattr(target.handler, "__name__", target.name),
            )
            async with interrupting(turn) if mode == "interrupt" else nullcontext():
                answered = await self._answer(turn, target, ctx)
            decided("answered" if answered else "passed")
        if answered or turn.stopped or not passes:
            self._keep(turn, target, ctx)
        if answered or turn.stopped:
            return True
        turn.plugin, turn.handler = before
        return False

    def _mode(self, turn: Turn, target: Target) -> WhileAnswering:
        return turn.state.while_answering or target.installed.plugin.while_answering

    async def _answer(self, turn: Turn, target: Target, ctx: Context[Any]) -> bool:
        filled = () if target.filled is None else (target.filled,)
        result = target.handler(ctx, *filled)
        if inspect.isasyncgen(result):
            answered = False
            async for said in cast("AsyncIterator[Said]", result):
                answered = True
                await self._deliver(turn, said)
                if turn.stopped:
                    await result.aclose()
                    break
            return answered
        said_once = await cast("Any", result)
        if said_once is not None:
            await self._deliver(turn, said_once)
        # A command, an event or a form is handled even where there is nothing to say.
        return said_once is not None or target.name.startswith("/") or bool(filled)

    async def _deliver(self, turn: Turn, said: Said) -> None:
        if isinstance(said, str):
            turn.say(Reply(said))
        elif isinstance(said, Reply):
            turn.say(said)
        elif isinstance(said, Stream):
            try:
                await turn.grow(said, partial(self._texts.text, turn.language))
            except EngineError as error:
                key = engine_text(error)
                turn.say(Reply(self._texts.text(turn.language, key, reference=turn.trace_id)))
                turn.steps.append(Step("engine", str(error), 0.0))
        else:
            raise PluginError(
                f"plugin {turn.plugin!r}: {turn.handler} answered {type(said).__name__}; "
                "a handler answers str, Reply, Stream or None"
            )

    def _context(
        self,
        turn: Turn,
        target: Target,
        args: str | None,
        matched: Mapping[str, str] | None,
        expected: Mapping[str, Any] | None,
        text: str,
    ) -> Context[Any]:
        one = target.installed
        return Context(
            services=_for_plugin(self._services, one.model),
            config=one.config,
            texts=Wording(one.catalog, turn.language),
            address=turn.event.address,
            person=turn.event.person,
            trace_id=turn.trace_id,
            event=turn.event,
            text=text,
            args=text if args is None else args,
            language=turn.language,
            state=turn.state.plugins.setdefault(one.plugin.name, {}),
            time_zone=turn.state.time_zone,
            history=turn.history,
            attachments=turn.attachments,
            detection=turn.detection,
            matched=matched,
            expected=expected,
            tools=tuple(one.plugin.tools.values()),
            note=turn.note,
            summary=turn.state.summary,
            words=partial(self._texts.text, turn.language),
        )

    def _keep(self, turn: Turn, target: Target, ctx: Context[Any]) -> None:
        name = target.installed.plugin.name
        turn.state.summary = ctx.summary
        if ctx.forgetting:
            turn.forget = True
            turn.state = turn.state.afresh()
        if ctx.expecting:
            followup, data = ctx.expecting
            if followup not in target.installed.plugin.followups:
                raise PluginError(
                    f"plugin {name!r} expects the followup {followup!r}, which it does not have"
                )
            turn.state.expecting = Expectation(name, followup, data)
        if ctx.scheduled or ctx.cancelled:
            self._keep_timers(turn, target, ctx)
        if ctx.mode:
            [turn.state.while_answering] = ctx.mode
        if ctx.chosen_language is not None:
            turn.state.language = turn.language = ctx.chosen_language or turn.language
            turn.state.language_fixed = bool(ctx.chosen_language)
        if ctx.chosen_time_zone is not None:
            turn.state.time_zone = ctx.chosen_time_zone
        if not turn.state.plugins.get(name, True):
            del turn.state.plugins[name]
        try:
            encode(turn.state)
            for timer in turn.timers:
                encode(timer)
        except (TypeError, ValueError, OverflowError) as error:
            raise PluginError(
                f"plugin {name!r} keeps something in ctx.state or a timer that is no plain data: {error}"
            ) from error

    def _keep_timers(self, turn: Turn, target: Target, ctx: Context[Any]) -> None:
        name = target.installed.plugin.name
        unknown = {one.timer for one in ctx.scheduled} - set(target.installed.plugin.timers)
        if unknown:
            raise PluginError(f"plugin {name!r} schedules {', '.join(sorted(unknown))}: it has no such timer")
        if turn.claim.timers + len(ctx.scheduled) > TIMERS:
            raise PluginError(f"plugin {name!r}: a conversation may wait for {TIMERS} timers at most")
        turn.cancelled += [f"{name}:{timer}:" for timer in ctx.cancelled]
        turn.timers += [
            Timer(
                id=f"{name}:{one.timer}:{turn.trace_id}:{number}",
                address=turn.event.address,
                person=turn.event.person,
                at=self._services.clock(),
                plugin=name,
                name=one.timer,
                due=one.due,
                data=one.data,
            )
            for number, one in enumerate(ctx.scheduled)
        ]


def _for_plugin(services: Services, model: str) -> Services:
    if not model or services.engine is None:
        return services
    return msgspec.structs.replace(services, engine=ModelEngine(services.engine, model))
