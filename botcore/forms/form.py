"""A form as a pure machine: state and message in, state and what to say out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from pydantic import BaseModel, TypeAdapter

from botcore.forms.assigning import Assigned, assign, entities_of
from botcore.forms.bare import bare_answer, remaining_words
from botcore.forms.checking import Problem, candidates, problem_of, whole
from botcore.forms.entities import Entity
from botcore.forms.slots import Slot, slots_of
from botcore.forms.speech import correction, is_cancel, is_question, yes_or_no
from botcore.forms.state import FormState, Outcome, Said, Say

MAX_TEXT = 1000
"""Characters of a free text; what is longer is asked for again."""
MOST_BESIDE = 6
"""Words beside a value up to which a message without "no," or "I meant" may still change a filled slot."""


class Form:
    """Fills a pydantic model in a dialogue.

    Every value comes from a place in one of the person's messages; nothing is made up. A free text is kept as it
    was written and never read as anything else. After `patience` seconds of silence the person is asked whether to
    go on.
    """

    def __init__(
        self, name: str, model: type[BaseModel], *, confirm: bool = True, patience: float = 1800.0
    ) -> None:
        self.name = name
        self.model = model
        self.slots = slots_of(model)
        self.confirm = confirm
        self.patience = patience

    def begin(self, said: Said) -> Outcome:
        """Open the form with the sentence that asked for it; what it says is taken, the rest asked for."""
        slots = [slot for slot in self.slots if slot.kind not in {"text", "yes_no"}]
        assigned, _ = assign(slots, entities_of(said, slots), said)
        return self._take(FormState(at=_at(said)), assigned, said)

    def step(self, state: FormState, said: Said, *, insist: bool = False) -> Outcome:
        """Hear the next message. With `insist` nobody else has an answer to it, so that the form must say something."""
        if _at(said) - state.at > self.patience and state.stage != "offering":
            return self._stale(state, said, insist)
        if is_cancel(said.text, said.moment.language):
            return Outcome(None, [Say("cancelled")])
        if state.stage == "offering":
            return self.remind(state) if insist else self._offered(state, said)
        if state.stage == "confirming":
            return self._confirming(state, said, insist)
        return self._asking(state, said, insist)

    def remind(self, state: FormState) -> Outcome:
        """After somebody else's answer: what the form was waiting for."""
        if state.stage == "offering":
            return Outcome(state, [Say("offer")])
        return Outcome(state, [Say("back"), *self._open_question(state)])

    def missing(self, state: FormState) -> list[Slot]:
        """The slots that are still to be asked for."""
        return [slot for slot in self.slots if slot.required and slot.name not in state.values]

    def typed(self, slot: str, value: Any) -> object:
        """A stored value as the model's field has it."""
        annotation: Any = self.model.model_fields[slot].annotation
        return TypeAdapter(annotation).validate_python(value)

    # A message in each stage

    def _asking(self, state: FormState, said: Said, insist: bool) -> Outcome:
        slot = next((slot for slot in self.slots if slot.name == state.asked), None)
        if slot and slot.kind == "yes_no":
            answer = yes_or_no(said.text, said.moment.language)
            if answer is not None:
                return self._next(_with(state, said, {slot.name: answer}), [])
        if slot and slot.kind == "text":
            changed = self._corrected(state, self._entities(state, said), said)
            return self._take(state, changed, said) if changed else self._free_text(state, slot, said, insist)
        if not insist and self._asks_something_else(said):
            return Outcome(state, heard=False)
        return self._values(state, said, insist)

    def _values(self, state: FormState, said: Said, insist: bool) -> Outcome:
        entities = self._entities(state, said)
        changed = self._corrected(state, entities, said)
        if changed:
            return self._take(state, changed, said)
        open_slots = [slot for slot in self.slots if slot.name not in state.values and slot.name in entities]
        assigned, several = assign(open_slots, entities, said, state.asked)
        if not assigned and not several and remaining_words(said, self.slots) <= MOST_BESIDE:
            assigned = self._changes(state, entities, said)
        if assigned:
            return self._take(state, assigned, said)
        if several:
            return self._again(state, said, "several")
        return self._again(state, said, "again") if insist else Outcome(state, heard=False)

    def _free_text(self, state: FormState, slot: Slot, said: Said, insist: bool) -> Outcome:
        text = said.text.strip()
        if not insist and is_question(text, said.moment.language):
            return Outcome(state, heard=False)
        if not text or len(text) > MAX_TEXT:
            return self._again(state, said, "again")
        problem = problem_of(self.model, slot.name, {**state.values, slot.name: text})
        if problem:
            return self._refused(state, said, {slot.name: problem})
        return self._next(_with(state, said, {slot.name: text}), [])

    def _confirming(self, state: FormState, said: Said, insist: bool) -> Outcome:
        answer = yes_or_no(said.text, said.moment.language)
        if answer:
            return self._complete(replace(state, at=_at(said)))
        if answer is False:
            return Outcome(replace(state, at=_at(said), tries=0), [Say("what_to_change")])
        if not insist and self._asks_something_else(said):
            return Outcome(state, heard=False)
        changed = self._changes(state, self._entities(state, said), said)
        if changed:
            return self._take(state, changed, said)
        if insist:
            return Outcome(replace(state, at=_at(said), tries=state.tries + 1), [Say("confirm")])
        return Outcome(state, heard=False)

    def _offered(self, state: FormState, said: Said) -> Outcome:
        answer = yes_or_no(said.text, said.moment.language)
        if answer:
            return self._next(replace(state, stage="asking", at=_at(said)), [])
        return Outcome(None, [Say("cancelled")] if answer is False else [], heard=answer is False)

    def _stale(self, state: FormState, said: Said, insist: bool) -> Outcome:
        offering = replace(state, stage="offering", at=_at(said))
        return Outcome(offering, [Say("offer")] if insist else [], heard=insist)

    # Reading a message

    def _corrected(self, state: FormState, entities: Mapping[str, Sequence[Entity]], said: Said) -> Assigned:
        """New values for filled slots where the message begins like a correction: "no, the 14th"."""
        corrects = correction(said.text, said.moment.language) is not None
        return self._changes(state, entities, said) if corrects else {}

    def _entities(self, state: FormState, said: Said) -> Mapping[str, Sequence[Entity]]:
        slots = [slot for slot in self.slots if slot.kind not in {"text", "yes_no"}]
        entities = dict(entities_of(said, slots))
        bare = self._bare(state, said)
        if bare:
            entities[state.asked] = [bare]
        return entities

    def _bare(self, state: FormState, said: Said) -> Entity | None:
        """A number alone that answers the question for a time or a date: "8", "14"."""
        slot = next((slot for slot in self.slots if slot.name == state.asked), None)
        return bare_answer(slot.kind, said) if slot else None

    def _changes(self, state: FormState, entities: Mapping[str, Sequence[Entity]], said: Said) -> Assigned:
        """New values for slots that are filled already."""
        filled = [slot for slot in self.slots if slot.name in state.values and slot.name in entities]
        assigned, _ = assign(filled, entities, said)
        return assigned

    def _asks_something_else(self, said: Said) -> bool:
        """More than a value stands in it ("how about 8?" is an answer, "I want to send 2 shirts back" is none), so
        that others are asked first."""
        most = 3 if is_question(said.text, said.moment.language) else 5
        return remaining_words(said, self.slots) > most

    # Taking values and going on

    def _take(self, state: FormState, assigned: Mapping[str, Entity], said: Said) -> Outcome:
        values = dict(state.values)
        problems: dict[str, Problem] = {}
        for name, entity in assigned.items():
            options = candidates(entity, state.values.get(name))
            found = [problem_of(self.model, name, {**values, name: option}) for option in options]
            if None in found:
                values[name] = options[found.index(None)]
            else:
                problems[name] = next(problem for problem in found if problem)
        changed = [name for name in assigned if name in state.values and values[name] != state.values[name]]
        taken = replace(state, values=values, at=_at(said), tries=0)
        if problems:
            return self._refused(taken, said, problems)
        return self._next(taken, [Say("changed", name) for name in changed])

    def _refused(self, state: FormState, said: Said, problems: Mapping[str, Problem]) -> Outcome:
        says = [Say("problem", name, one.reason, one.details) for name, one in problems.items()]
        first = next(iter(problems))
        if first in state.values:  # the earlier value stays
            return self._next(replace(state, at=_at(said)), says)
        return Outcome(
            replace(state, at=_at(said), asked=first, stage="asking", tries=state.tries + 1),
            [*says, Say("ask", first)],
        )

    def _again(self, state: FormState, said: Said, key: Any) -> Outcome:
        return Outcome(
            replace(state, at=_at(said), tries=state.tries + 1),
            [Say(key, state.asked), Say("ask", state.asked)],
        )

    def _next(self, state: FormState, says: Sequence[Say]) -> Outcome:
        missing = self.missing(state)
        if missing:
            asked = replace(state, asked=missing[0].name, stage="asking", tries=0)
            return Outcome(asked, [*says, Say("ask", asked.asked)])
        if self.confirm:
            return Outcome(replace(state, asked="", stage="confirming", tries=0), [*says, Say("confirm")])
        return self._complete(state)

    def _complete(self, state: FormState) -> Outcome:
        result = whole(self.model, state.values)
        if isinstance(result, Problem):
            return Outcome(
                replace(state, stage="confirming"),
                [Say("problem", "", result.reason, result.details), Say("what_to_change")],
            )
        return Outcome(None, filled=result)

    def _open_question(self, state: FormState) -> Iterator[Say]:
        yield Say("confirm") if state.stage == "confirming" else Say("ask", state.asked)


def _at(said: Said) -> float:
    return said.moment.now.timestamp()


def _with(state: FormState, said: Said, values: Mapping[str, Any]) -> FormState:
    return replace(state, values={**state.values, **values}, at=_at(said), tries=0)
