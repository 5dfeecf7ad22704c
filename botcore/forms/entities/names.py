"""Names from a list, however they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from botcore.forms.entities.base import Entity

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
MAX_WORDS = 400


def find_names(text: str, names: Mapping[str, Sequence[str]]) -> list[Entity]:
    """The names that occur in the text, from left to right. `names` gives each with its other names.

    An exact spelling wins over a similar one, a longer over a shorter; two names that are equally like what was
    written are both left out, since to choose would be to guess.
    """
    spellings = [(spelled, name) for name, others in names.items() for spelled in (name, *others) if spelled]
    found = [*_exact(text, spellings)]
    return _without_overlaps(found) or _without_overlaps(list(_similar(text, spellings)))


def _exact(text: str, spellings: Sequence[tuple[str, str]]) -> Iterator[tuple[float, Entity]]:
    for spelled, name in spellings:
        edge = ("", "") if _CJK.search(spelled) else (r"(?<!\w)", r"(?!\w)")
        for match in re.finditer(edge[0] + re.escape(spelled) + edge[1], text, re.IGNORECASE):
            yield 0.0, Entity("name", name, match[0], match.start(), match.end(), name)


def _similar(text: str, spellings: Sequence[tuple[str, str]]) -> Iterator[tuple[float, Entity]]:
    from rapidfuzz.distance import OSA

    words = list(_WORD.finditer(text))[:MAX_WORDS]
    for spelled, name in spellings:
        slips = _slips(spelled)
        if not slips:
            continue
        width = len(spelled.split())
        for first in range(len(words) - width + 1):
            start, end = words[first].start(), words[first + width - 1].end()
            distance = OSA.distance(text[start:end].lower(), spelled.lower(), score_cutoff=slips)
            if distance <= slips:
                yield float(-distance), Entity("name", name, text[start:end], start, end, name, partial=True)


def _slips(spelled: str) -> int:
    """How many letters may be wrong, missing, added or swapped: none in short names, where it would be another word."""
    return 0 if len(spelled) < 5 else 1 if len(spelled) < 8 else 2


def _without_overlaps(found: list[tuple[float, Entity]]) -> list[Entity]:
    ranked = sorted(found, key=lambda one: (-one[0], one[1].start - one[1].end))
    kept: list[Entity] = []
    for score, entity in ranked:
        rivals = {
            other.value
            for rank, other in ranked
            if rank == score and (other.start, other.end) == (entity.start, entity.end)
        }
        if len(rivals) == 1 and all(entity.end <= one.start or entity.start >= one.end for one in kept):
            kept.append(entity)
    return sorted(kept, key=lambda entity: entity.start)
