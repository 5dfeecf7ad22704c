"""Short answers that mean something only because of the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from botcore.forms.entities import Entity, extract
from botcore.forms.entities.dates import day_of_month
from botcore.forms.slots import Slot, SlotKind
from botcore.forms.state import Said

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def bare_answer(kind: SlotKind, said: Said) -> Entity | None:
    """A single number, with at most three words, as the answer to the question for a time or a date."""
    found = extract(said.text, said.moment)
    if kind not in ("time", "date") or len(found) != 1 or found[0].kind != "number" or _words(said.text) > 3:
        return None
    number = found[0]
    count = int(number.normalised) if re.fullmatch(r"\d{1,2}", number.normalised) else -1
    value = _as_time(count) if kind == "time" else day_of_month(count, said.moment.now.date())
    if value is None:
        return None
    partial = kind == "date" or 1 <= count <= 12
    shown = value.isoformat("minutes") if isinstance(value, time) else value.isoformat()
    return Entity(kind, value, number.text, number.start, number.end, shown, partial)


def _as_time(hour: int) -> time | None:
    return time(hour) if 0 <= hour < 24 else None


def remaining_words(said: Said, slots: Sequence[Slot]) -> int:
    """How many words stand beside the values; two Chinese characters count as a word."""
    kinds = {slot.kind for slot in slots}
    covered = list(said.text)
    for entity in extract(said.text, said.moment):
        if entity.kind in kinds:
            covered[entity.start : entity.end] = " " * (entity.end - entity.start)
    return _words("".join(covered))


def _words(text: str) -> int:
    return len(_WORD.findall(_CJK.sub(" ", text))) + len(_CJK.findall(text)) // 2
