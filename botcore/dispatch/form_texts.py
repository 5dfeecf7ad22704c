"""The words of a form: the plugin's own where it has them, else botcore's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from botcore.dispatch.router import Installed
from botcore.forms import Form, FormState, Say
from botcore.forms.showing import show
from botcore.forms.slots import Slot
from botcore.i18n.texts import Catalog
from botcore.types import Reply

MAX_BUTTONS = 8
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


class FormTexts:
    """Speaks for one form in one language.

    A plugin's texts may have, under `form.<intent>.`: `title`, and for each slot `<slot>.label` (its names, with
    `|` between them), `<slot>.ask`, `<slot>.again`, and for a choice `<slot>.choice.<value>` (its names as well).
    """

    def __init__(self, form: Form, installed: Installed, core: Catalog, language: str) -> None:
        self._form = form
        self._own = installed.catalog
        self._core = core
        self._language = language
        self._slots = {slot.name: slot for slot in form.slots}

    def labels(self) -> Mapping[str, Sequence[str]]:
        """By slot: how people name it."""
        return {name: self._names(name, "label") for name in self._slots}

    def choices(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """By slot and choice: how people name it."""
        return {
            name: {choice: self._names(name, f"choice.{choice}") for choice in slot.choices}
            for name, slot in self._slots.items()
            if slot.choices
        }

    def reply(self, says: Sequence[Say], state: FormState | None) -> Reply:
        """All of it as one message, with the buttons of its last sentence."""
        text = "\n\n".join(self._text(say, state) for say in says)
        return Reply(text, buttons=self._buttons(says[-1]) if says else ())

    def done(self) -> Reply:
        """For a handler that has nothing to say to the filled form."""
        return Reply(self._core.text(self._language, "form.done"))

    # Each kind of sentence

    def _text(self, say: Say, state: FormState | None) -> str:
        match say.key:
            case "ask":
                return self._ask(self._slots[say.slot])
            case "again":
                return self._again(say.slot)
            case "problem":
                return self._problem(say)
            case "changed":
                return self._say("changed", slot=self._label(say.slot), value=self._value(say.slot, state))
            case "confirm":
                return self._say("confirm", title=self._title(), values=self._summary(state))
        return self._say(say.key, title=self._title(), slot=self._label(say.slot) if say.slot else "")

    def _ask(self, slot: Slot) -> str:
        own = self._own.get(self._language, self._key(slot.name, "ask"))
        return own or slot.description or self._say("ask", slot=self._label(slot.name))

    def _again(self, name: str) -> str:
        own = self._own.get(self._language, self._key(name, "again")) if name else None
        return own or self._say(f"again_{self._slots[name].kind}" if name else "again")

    def _problem(self, say: Say) -> str:
        own = self._own.get(self._language, say.reason)
        if own:
            return self._own.text(self._language, say.reason)
        if self._core.get(self._language, f"form.problem.{say.reason}"):
            return self._say(
                f"problem.{say.reason}", slot=self._label(say.slot), limit=say.details.get("limit", "")
            )
        is_sentence = " " in say.reason or not say.reason.isascii()
        return say.reason if is_sentence else self._say("problem.other", slot=self._label(say.slot))

    def _summary(self, state: FormState | None) -> str:
        names = [name for name in self._slots if state and name in state.values]
        return "\n".join(f"- {self._label(name)}: {self._value(name, state)}" for name in names)

    def _value(self, name: str, state: FormState | None) -> str:
        slot, raw = self._slots[name], state.values[name] if state else ""
        if slot.kind == "yes_no":
            return self._say("yes" if raw else "no")
        if slot.kind == "choice":
            return self._names(name, f"choice.{raw}")[0]
        typed = self._form.typed(name, raw)
        return _escaped(show(typed, self._language)) if slot.kind == "text" else show(typed, self._language)

    def _buttons(self, say: Say) -> Sequence[str]:
        slot = self._slots.get(say.slot)
        if say.key in {"confirm", "offer"} or (say.key == "ask" and slot and slot.kind == "yes_no"):
            return [self._say("yes"), self._say("no")]
        if say.key == "ask" and slot and 0 < len(slot.choices) <= MAX_BUTTONS:
            return [self._names(slot.name, f"choice.{choice}")[0] for choice in slot.choices]
        return ()

    # Where words come from

    def _key(self, *parts: str) -> str:
        return ".".join(("form", self._form.name, *parts))

    def _names(self, slot: str, key: str) -> Sequence[str]:
        own = self._own.get(self._language, self._key(slot, key))
        plain = (key.rpartition(".")[2] if "." in key else slot).replace("_", " ")
        return own.split("|") if own else [plain]

    def _label(self, slot: str) -> str:
        return self._names(slot, "label")[0]

    def _title(self) -> str:
        return self._own.get(self._language, self._key("title")) or self._form.name.replace("_", " ")

    def _say(self, key: str, /, **values: object) -> str:
        return self._core.text(self._language, f"form.{key}", **values)


def _escaped(text: str) -> str:
    """What the person wrote, in one line and as letters only."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
