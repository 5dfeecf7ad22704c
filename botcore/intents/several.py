"""Several wishes in one message, as in "cancel my order, and what are your opening hours?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

from botcore.intents.base import Detection, Part

Classify = Callable[[Sequence[str]], Sequence[Detection]]

MOST_CHARACTERS = 400
"""A longer message is a story, whose sentences belong together."""
MOST_PARTS = 3
_MOST_JOINTS = 4
"""Looked at in one message; that is at most 14 texts to judge, in one batch."""
_SURE = 0.65
"""Score that each part needs."""
_CLEAR = 0.25
"""Margin that each part needs."""

_WORDS = {
    "en": "and also|and then|and|also|plus|oh and|by the way",
    "de": "und außerdem|und dann|und|außerdem|übrigens",
    "es": "y además|y también|y|e|además|también",
    "fr": "et aussi|et puis|et|aussi|en plus|au fait",
}
_JOINTS = {
    code: re.compile(rf"[.?!;,]*\s+(?:{words})(?:,|\s)\s*|[.?!;]+\s+", re.IGNORECASE)
    for code, words in _WORDS.items()
}
_CJK_JOINT = re.compile(
    r"[，,。？?！!；;、]\s*(?:另外|还有|顺便问一下|顺便|以及|并且|同时|然后|再)?[，,]?\s*|(?:另外|还有|顺便)"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_Span = tuple[int, int]


def find_parts(text: str, language: str, classify: Classify) -> tuple[Part, ...]:
    """The wishes in their order, or nothing where there is one only.

    A message is parted at conjunctions and marks, and only where each part is clearly about an intent and its
    neighbours about others. `classify` judges texts of this language.
    """
    if len(text) > MOST_CHARACTERS:
        return ()
    cjk = bool(_CJK.search(text))
    joint = _CJK_JOINT if cjk else _JOINTS.get(language, _JOINTS["en"])
    joints = [match.span() for match in joint.finditer(text)][:_MOST_JOINTS]
    wholes = [_spans(text, chosen) for n in range(1, MOST_PARTS) for chosen in combinations(joints, n)]
    asked = sorted({span for spans in wholes for span in spans})
    said = {span: text[slice(*span)].strip() for span in asked}
    asked = [span for span in asked if _says_something(said[span], cjk=cjk)]
    found = dict(zip(asked, classify([said[span] for span in asked]), strict=True)) if asked else {}
    clear = {span: one for span, one in found.items() if _is_clear(one)}
    best = max(
        (spans for spans in wholes if _differ(spans, clear)), key=lambda one: _worth(one, clear), default=()
    )
    return tuple(Part(said[span], clear[span].intent, clear[span].score) for span in best)


def _spans(text: str, joints: Sequence[_Span]) -> tuple[_Span, ...]:
    """What stands before, between and after some joints."""
    return tuple(
        zip((0, *(end for _, end in joints)), (*(start for start, _ in joints), len(text)), strict=True)
    )


def _says_something(part: str, *, cjk: bool) -> bool:
    return len(_CJK.findall(part)) >= 3 if cjk else len(part.split()) >= 2


def _is_clear(found: Detection) -> bool:
    return bool(found.intent) and found.score >= _SURE and found.margin >= _CLEAR


def _differ(spans: Sequence[_Span], clear: dict[_Span, Detection]) -> bool:
    return all(span in clear for span in spans) and all(
        clear[one].intent != clear[next].intent for one, next in pairwise(spans)
    )


def _worth(spans: Sequence[_Span], clear: dict[_Span, Detection]) -> tuple[int, float]:
    """More parts go first: each is clear by itself."""
    return len(spans), min(clear[span].score for span in spans)
