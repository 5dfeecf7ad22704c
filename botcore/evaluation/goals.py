"""How well forms follow dialogues of the Schema-Guided Dialogue set (Rastogi et al. 2020), without a language model.

Each service becomes a form. It hears what the person says, and which one slot the system had asked for; what the
system offers and the person merely accepts it can't know, so such values count as missed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from pydantic import BaseModel, create_model

from botcore.errors import ConfigurationError, Fault
from botcore.forms import Form, FormState, Said
from botcore.forms.entities import Moment, extract

T = TypeVar("T")
_NOW = datetime.datetime(2019, 3, 1, 12, tzinfo=datetime.UTC)
"""The day on which all of the set's dialogues take place."""
_ALIKE = 90.0
"""Likeness of two free texts, of 100, from which on they count as the same."""


class SchemaSlot(msgspec.Struct, frozen=True):
    name: str
    is_categorical: bool = False
    possible_values: tuple[str, ...] = ()


class Service(msgspec.Struct, frozen=True):
    service_name: str
    slots: tuple[SchemaSlot, ...]


class Goal(msgspec.Struct, frozen=True):
    values: Mapping[str, Sequence[str]] = {}
    """Slot -> ways in which its value was said."""


class Frame(msgspec.Struct, frozen=True):
    service: str
    actions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """What is done, with which slot and values."""
    state: Goal | None = None


class DialogueTurn(msgspec.Struct, frozen=True):
    speaker: Literal["USER", "SYSTEM"]
    text: str
    frames: tuple[Frame, ...]


class TaskDialogue(msgspec.Struct, frozen=True):
    turns: tuple[DialogueTurn, ...]


class GoalReport(msgspec.Struct, frozen=True):
    """Shares, from 0 to 1, over the person's turns for each service."""

    joint_goal_accuracy: float
    """All values of the goal are right, and there is none too many."""
    said_goal_accuracy: float
    """The same for goals all of whose values the person has said themselves."""
    value_recall: float
    """Share of the goals' values that are right."""
    value_precision: float
    dialogues: int
    turns: int
    turns_said: int


def evaluate_goals(dialogues: Path, schema: Path) -> GoalReport:
    """Raises ConfigurationError for a file that can't be read."""
    services = {one.service_name: _form(one) for one in _decoded(schema, _bytes(schema), list[Service])}
    lines = [line for line in _bytes(dialogues).splitlines() if line.strip()]
    told = [_decoded(dialogues, line, TaskDialogue) for line in lines]
    counts = _Counts()
    for dialogue in told:
        _follow(dialogue, services, counts)
    return counts.report(len(told))


class _Counts:
    """Mutable while dialogues are followed."""

    def __init__(self) -> None:
        self.turns = self.right = self.turns_said = self.right_said = 0
        self.values = self.filled = self.hits = 0

    def add(
        self, goal: Mapping[str, Sequence[str]], held: Mapping[str, object], form: Form, said: str
    ) -> None:
        kinds = {slot.name: slot.kind for slot in form.slots}
        hits = [name for name, ways in goal.items() if name in held and _same(kinds[name], ways, held[name])]
        right = len(hits) == len(goal) == len(held)
        self.turns += 1
        self.right += right
        if all(any(way.casefold() in said for way in ways) for ways in goal.values()):
            self.turns_said += 1
            self.right_said += right
        self.values += len(goal)
        self.filled += len(held)
        self.hits += len(hits)

    def report(self, dialogues: int) -> GoalReport:
        return GoalReport(
            _share(self.right, self.turns),
            _share(self.right_said, self.turns_said),
            _share(self.hits, self.values),
            _share(self.hits, self.filled),
            dialogues,
            self.turns,
            self.turns_said,
        )


def _follow(dialogue: TaskDialogue, services: Mapping[str, Form], counts: _Counts) -> None:
    states: dict[str, FormState] = {}
    asked: dict[str, str] = {}
    said = ""
    for turn in dialogue.turns:
        if turn.speaker == "SYSTEM":
            asked = {frame.service: _requested(frame) for frame in turn.frames}
            continue
        said += f" {turn.text.casefold()}"
        for frame in turn.frames:
            if frame.state is not None and frame.service in services:
                form = services[frame.service]
                states[frame.service] = _heard(
                    form, states.get(frame.service), asked.get(frame.service, ""), turn.text
                )
                counts.add(frame.state.values, states[frame.service].values, form, said)


def _heard(form: Form, state: FormState | None, asked: str, text: str) -> FormState:
    said = Said(text, Moment(_NOW), {slot.name: [slot.name.replace("_", " ")] for slot in form.slots})
    if state is None:
        return form.begin(said).state or FormState()
    waiting = msgspec.structs.replace(state, asked=asked, stage="asking", at=_NOW.timestamp())
    return form.step(waiting, said, insist=True).state or state


def _requested(frame: Frame) -> str:
    """The slot that was asked for; empty for none and for several."""
    slots = [slot for act, slot, _ in frame.actions if act == "REQUEST"]
    return slots[0] if len(slots) == 1 else ""


def _form(service: Service) -> Form:
    fields: dict[str, Any] = {slot.name: (_type(slot) | None, None) for slot in service.slots}
    model: type[BaseModel] = create_model(service.service_name, **fields)
    return Form(service.service_name.lower(), model)


def _type(slot: SchemaSlot) -> Any:
    values = slot.possible_values
    if set(values) == {"True", "False"}:
        return bool
    if values and all(value.isdigit() for value in values):
        return int
    if slot.is_categorical and values:
        return Literal[values]
    if slot.name.endswith("date"):
        return datetime.date
    return datetime.time if slot.name.endswith("time") else str


def _same(kind: str, ways: Sequence[str], held: object) -> bool:
    from rapidfuzz.fuzz import token_sort_ratio

    value = str(held).casefold().removesuffix(":00") if kind == "time" else str(held).casefold()
    for way in ways:
        plain = {one.normalised for one in extract(way, Moment(_NOW)) if one.kind == kind} or {way.casefold()}
        if value in plain or (kind == "text" and token_sort_ratio(way.casefold(), value) >= _ALIKE):
            return True
    return False


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError([Fault(str(path), "file", f"it can't be read: {error.strerror}")]) from error


def _decoded(path: Path, data: bytes, type: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            [Fault(str(path), "file", f"expected the set's own form: {error}")]
        ) from error
