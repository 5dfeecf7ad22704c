"""Which value of a message belongs into which slot. Where that isn't certain nothing is taken, and the form asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from botcore.forms.entities import Entity, extract, find_names
from botcore.forms.slots import Slot
from botcore.forms.state import Said

_BESIDE = 14
"""Characters between a value and the name of its slot ("4 people", "date: 14 March")."""
Assigned = dict[str, Entity]


def entities_of(said: Said, slots: Sequence[Slot]) -> Mapping[str, Sequence[Entity]]:
    """By slot: what of the message it could hold."""
    patterns = [pattern for slot in slots for pattern in slot.patterns]
    found = extract(said.text, said.moment, order_patterns=patterns)
    return {slot.name: _fitting(slot, found, said) for slot in slots}


def _fitting(slot: Slot, found: Sequence[Entity], said: Said) -> Sequence[Entity]:
    if slot.kind == "choice":
        others = said.choices.get(slot.name, {})
        return find_names(said.text, {choice: others.get(choice, ()) for choice in slot.choices})
    return [entity for entity in found if entity.kind == slot.kind]


def assign(
    slots: Sequence[Slot], entities: Mapping[str, Sequence[Entity]], said: Said, asked: str = ""
) -> tuple[Assigned, bool]:
    """Values for `slots`; and whether the slot `asked` could hold several, so that none was taken."""
    assigned: Assigned = {}
    for kind in dict.fromkeys(slot.kind for slot in slots):
        alike = [slot for slot in slots if slot.kind == kind]
        if kind == "choice":
            for slot in alike:
                assigned |= _of_one_kind([slot], entities[slot.name], said, asked)
        else:
            assigned |= _of_one_kind(alike, entities[alike[0].name], said, asked)
    several = bool(asked) and asked not in assigned and len(entities.get(asked, ())) > 1
    return assigned, several


def _of_one_kind(slots: Sequence[Slot], found: Sequence[Entity], said: Said, asked: str) -> Assigned:
    named = dict(_by_name(slots, found, said))
    slots = [slot for slot in slots if slot.name not in named]
    left = [entity for entity in found if entity not in named.values()]
    values = {entity.normalised for entity in left}
    if len(values) == 1 and (len(slots) == 1 or asked in {slot.name for slot in slots}):
        target = asked if asked in {slot.name for slot in slots} else slots[0].name
        return named | {target: left[0]}
    if len(left) == len(slots):
        return named | {slot.name: entity for slot, entity in zip(slots, left, strict=True)}
    return named


def _by_name(slots: Sequence[Slot], found: Sequence[Entity], said: Said) -> Iterator[tuple[str, Entity]]:
    """Values beside the name of their slot. A value counts for the nearest name, a slot takes the nearest value."""
    distances = sorted(
        (distance, slot.name, rank)
        for slot in slots
        for rank, entity in enumerate(found)
        if (distance := _distance(entity, said.labels.get(slot.name, ()), said.text)) is not None
    )
    taken_slots: set[str] = set()
    taken: set[int] = set()
    for _, name, rank in distances:
        if name not in taken_slots and rank not in taken:
            taken_slots.add(name)
            taken.add(rank)
            yield name, found[rank]


def _distance(entity: Entity, labels: Sequence[str], text: str) -> int | None:
    gaps = [
        max(match.start() - entity.end, entity.start - match.end(), 0)
        for label in labels
        if label
        for match in re.finditer(_whole(label), text, re.IGNORECASE)
    ]
    return min((gap for gap in gaps if gap <= _BESIDE), default=None)


def _whole(label: str) -> str:
    return re.escape(label) if label[0] >= "\u3000" else rf"\b{re.escape(label)}\b"
