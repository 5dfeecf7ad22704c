"""Forms in a dialogue: where they are kept, what they hear, and who is told when one is filled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel

from botcore.dispatch.form_texts import FormTexts
from botcore.dispatch.router import Router, Target
from botcore.dispatch.turn import Turn
from botcore.forms import Form, FormState, Outcome, Said
from botcore.forms.entities import Moment
from botcore.forms.speech import is_question
from botcore.i18n.texts import Catalog
from botcore.intents.base import Detection

KEPT = "_forms"
"""Where open forms lie beside the plugins' states; no plugin can have this name."""
Run = Callable[[Turn, Target], Awaitable[bool]]


class Open(msgspec.Struct, frozen=True):
    """The form that hears the next message."""

    target: Target
    form: Form
    state: FormState


class Filling:
    """Opens forms, lets them hear (in a thread: a long message takes tens of ms), and runs the handler of a filled one.

    Open forms of one conversation lie on each other: the last one opened is filled first, the one below it comes
    back afterwards. A form is dropped only once its handler has answered, so that one that fails can be sent again.
    """

    def __init__(self, router: Router, texts: Catalog, time_zone: str, run: Run) -> None:
        self._router = router
        self._texts = texts
        self._time_zone = time_zone
        self._run = run

    def is_waiting(self, turn: Turn) -> bool:
        """Whether a form stands open that a message which is no question belongs to."""
        one = self._open(turn)
        return bool(one and one.state.stage != "offering" and not is_question(turn.text, turn.language))

    async def begin(self, turn: Turn, target: Target, form: Form) -> bool:
        """The intent of a form was recognised: open it, or let it hear more where it is open."""
        kept = turn.state.plugins.get(KEPT, {})
        state = FormState.of(kept.get(target.name)) if target.name in kept else None
        if state:
            one = Open(target, form, state)
            outcome = await asyncio.to_thread(form.step, state, self._said(turn, one), insist=True)
        else:
            one = Open(target, form, FormState())
            outcome = await asyncio.to_thread(form.begin, self._said(turn, one))
        return await self._apply(turn, one, outcome)

    async def hear(self, turn: Turn, *, insist: bool = False) -> bool:
        """Whether the open form took the message."""
        one = self._open(turn)
        if not one:
            return False
        outcome = await asyncio.to_thread(one.form.step, one.state, self._said(turn, one), insist=insist)
        if outcome.heard:
            turn.detection = Detection(intent=one.target.name, score=1.0, by="form")
        return await self._apply(turn, one, outcome)

    def remind(self, turn: Turn) -> None:
        """After somebody else's answer: the form's open question, unless that answer asked one itself."""
        one = self._open(turn)
        if one and not turn.state.expecting and turn.handler != _speaker(one):
            outcome = one.form.remind(one.state)
            turn.say(self._words(turn, one).reply(outcome.says, outcome.state))

    async def _apply(self, turn: Turn, one: Open, outcome: Outcome) -> bool:
        if outcome.filled is not None:
            return await self._filled(turn, one, outcome.filled)
        self._keep(turn, one, outcome.state)
        if not outcome.heard:
            return False
        turn.plugin, turn.handler = one.target.installed.plugin.name, _speaker(one)
        turn.say(
            self._words(turn, one).reply(outcome.says, one.state if outcome.state is None else outcome.state)
        )
        if outcome.state is None:
            self.remind(turn)
        return True

    async def _filled(self, turn: Turn, one: Open, filled: BaseModel) -> bool:
        said = len(turn.outgoing)
        await self._run(turn, msgspec.structs.replace(one.target, form=None, filled=filled))
        self._keep(turn, one, None)
        if len(turn.outgoing) == said and not turn.stopped:
            turn.say(self._words(turn, one).done())
        self.remind(turn)
        return True

    # Where forms are kept

    def _open(self, turn: Turn) -> Open | None:
        """The last one opened; those whose plugin has gone, or that can't be read, are passed over."""
        for name, plain in reversed(turn.state.plugins.get(KEPT, {}).items()):
            target, state = self._router.intent(name), FormState.of(plain)
            if target and target.form and state:
                return Open(target, target.form, state)
        return None

    def _keep(self, turn: Turn, one: Open, state: FormState | None) -> None:
        kept: dict[str, Any] = turn.state.plugins.setdefault(KEPT, {})
        kept.pop(one.target.name, None)
        if state:
            kept[one.target.name] = state.plain()
        if not kept:
            del turn.state.plugins[KEPT]

    def _said(self, turn: Turn, one: Open) -> Said:
        words = self._words(turn, one)
        zone = ZoneInfo(turn.state.time_zone or self._time_zone)
        now = datetime.fromtimestamp(turn.event.at, zone)
        moment = Moment(now, turn.language, _region(turn.event.person.locale))
        return Said(turn.text, moment, words.labels(), words.choices())

    def _words(self, turn: Turn, one: Open) -> FormTexts:
        return FormTexts(one.form, one.target.installed, self._texts, turn.language)


def _speaker(one: Open) -> str:
    """As whom the form itself speaks, in the turn's summary."""
    return f"form {one.target.name}"


def _region(locale: str) -> str:
    """`CN` of `zh-Hans-CN`; empty where it names none."""
    parts = locale.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isascii() and part.isalpha()), "")
