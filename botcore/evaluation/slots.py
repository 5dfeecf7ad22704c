"""How well values are found in sentences by what forms look with: entities by rule, and names from lists.

No model is asked and no order of words is learned: a list of names for each slot is all that the training file gives,
with how often each name stood for that slot, and which kind of entity (a date, a number) usually is which slot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from botcore.errors import ConfigurationError, Fault
from botcore.forms.entities import Moment, extract, find_names

_TRUSTED = 0.5
"""Share of a name's occurrences, or of a kind's entities, that must be of the slot."""
_LONGEST = 8
"""Words of a name."""
_SAMPLE = 300
"""Sentences of an intent by which kinds of entities are given to slots."""
_FEW_NAMES = 300
"""Names of a slot up to which misspelt ones are looked for."""

Span = tuple[int, int, str]
"""First and last word (exclusive) and the slot."""


class TaggedText(msgspec.Struct, frozen=True):
    """`bio` has `B-slot`, `I-slot` or `O` for each word of `text`."""

    text: str
    intent: str
    bio: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.text.split()) != len(self.bio):
            raise ValueError("expected as many bio tags as the text has words")

    def spans(self) -> set[Span]:
        found = set()
        for start, tag in enumerate(self.bio):
            if tag.startswith("B-"):
                end = start + 1
                while end < len(self.bio) and self.bio[end] == f"I-{tag[2:]}":
                    end += 1
                found.add((start, end, tag[2:]))
        return found


class SlotScore(msgspec.Struct, frozen=True):
    slot: str
    precision: float
    recall: float
    f1: float
    values: int


class SlotReport(msgspec.Struct, frozen=True):
    """Micro averages over values: one counts where its words and its slot are exactly right."""

    precision: float
    recall: float
    micro_f1: float
    texts: int
    values: int
    slots: tuple[SlotScore, ...]


class _Learned(msgspec.Struct, frozen=True):
    """Of one intent."""

    names: Mapping[str, Mapping[str, float]]
    """Slot -> name -> the share of its occurrences that were this slot."""
    kinds: Mapping[str, str]
    """Kind of entity -> slot."""


def evaluate_slots(train: Path, test: Path) -> SlotReport:
    """The intent of a test sentence is given. Raises ConfigurationError for a file that can't be read."""
    by_intent: dict[str, list[TaggedText]] = defaultdict(list)
    for row in _rows(train):
        by_intent[row.intent].append(row)
    learned = {intent: _learn(rows) for intent, rows in by_intent.items()}
    hits: Counter[str] = Counter()
    found: Counter[str] = Counter()
    true: Counter[str] = Counter()
    asked = _rows(test)
    for row in asked:
        spans = _find(row.text, learned[row.intent]) if row.intent in learned else set()
        hits.update(slot for _, _, slot in spans & row.spans())
        found.update(slot for _, _, slot in spans)
        true.update(slot for _, _, slot in row.spans())
    table = tuple(
        SlotScore(slot, *_scores(hits[slot], found[slot], true[slot]), true[slot]) for slot in sorted(true)
    )
    return SlotReport(*_scores(hits.total(), found.total(), true.total()), len(asked), true.total(), table)


def render_slots(report: SlotReport) -> str:
    lines = [
        f"texts {report.texts:,}, values {report.values:,}",
        f"micro F1   {report.micro_f1 * 100:5.1f} %",
        f"precision  {report.precision * 100:5.1f} %",
        f"recall     {report.recall * 100:5.1f} %",
        "",
        "slots (F1, precision, recall, values)",
    ]
    ranked = sorted(report.slots, key=lambda row: (-row.values, row.slot))
    return "\n".join(
        lines
        + [
            f"  {row.f1:.2f} {row.precision:.2f} {row.recall:.2f} {row.values:5}  {row.slot}"
            for row in ranked
        ]
    )


def _learn(rows: Sequence[TaggedText]) -> _Learned:
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        words = row.text.split(" ")
        for start, end, slot in row.spans():
            if end - start <= _LONGEST:
                said[slot][" ".join(words[start:end])] += 1
    known = {name for names in said.values() for name in names}
    seen = Counter(piece for row in rows for piece in _pieces(row.text.split(" ")) if piece in known)
    names = {
        slot: {name: n / seen[name] for name, n in counts.items() if n / seen[name] >= _TRUSTED}
        for slot, counts in said.items()
    }
    return _Learned(names, _kinds(rows[:: max(1, len(rows) // _SAMPLE)]))


def _kinds(rows: Sequence[TaggedText]) -> dict[str, str]:
    found: Counter[str] = Counter()
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        spans = {(start, end): slot for start, end, slot in row.spans()}
        for kind, start, end in _entities(row.text):
            found[kind] += 1
            right[kind][spans.get((start, end), "")] += 1
    best = {kind: counts.most_common(1)[0] for kind, counts in right.items()}
    return {kind: slot for kind, (slot, n) in best.items() if slot and n >= _TRUSTED * found[kind]}


def _find(text: str, learned: _Learned) -> set[Span]:
    """Longer values first, then those that are more surely of their slot; no word is in two."""
    ranked = sorted(_candidates(text, learned), key=lambda one: (one[0] - one[1], -one[3], one[2]))
    kept: set[Span] = set()
    for start, end, slot, _ in ranked:
        if all(end <= first or start >= last for first, last, _ in kept):
            kept.add((start, end, slot))
    return kept


def _candidates(text: str, learned: _Learned) -> Iterator[tuple[int, int, str, float]]:
    for slot, names in learned.names.items():
        near = {name: () for name in names if name in text}
        if not near and len(names) <= _FEW_NAMES:
            near = dict.fromkeys(names, ())
        for entity in find_names(text, near):
            if place := _words(text, entity.start, entity.end):
                yield *place, slot, names[str(entity.value)]
    for kind, start, end in _entities(text):
        if kind in learned.kinds:
            yield start, end, learned.kinds[kind], _TRUSTED


def _entities(text: str) -> Iterator[tuple[str, int, int]]:
    for entity in extract(text, Moment(datetime(2026, 1, 5, 12, tzinfo=UTC))):
        if place := _words(text, entity.start, entity.end):
            yield entity.kind, *place


def _words(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Places in letters as places in words; None where they cut a word."""
    if (start and text[start - 1] != " ") or (end < len(text) and text[end] != " "):
        return None
    first = text.count(" ", 0, start)
    return first, first + text.count(" ", start, end) + 1


def _pieces(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
            yield " ".join(words[start:end])


def _spaced(row: TaggedText) -> TaggedText:
    """With one space between words, so that places in letters and in words can be told from each other."""
    return msgspec.structs.replace(row, text=" ".join(row.text.split()))


def _scores(hits: int, found: int, true: int) -> tuple[float, float, float]:
    f1 = 2 * hits / max(1, found + true)
    return round(hits / max(1, found), 4), round(hits / max(1, true), 4), round(f1, 4)


def _rows(path: Path) -> list[TaggedText]:
    try:
        rows = [
            _spaced(msgspec.json.decode(line, type=TaggedText))
            for line in path.read_bytes().splitlines()
            if line.strip()
        ]
    except OSError as error:
        raise ConfigurationError([Fault(str(path), "file", f"it can't be read: {error.strerror}")]) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        problem = f"expected one object a line, with text, intent and bio: {error}"
        raise ConfigurationError([Fault(str(path), "file", problem)]) from error
    if not rows:
        raise ConfigurationError([Fault(str(path), "file", "it has no rows")])
    return rows
