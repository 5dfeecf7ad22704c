"""What a person says to the form itself: yes, no, cancel, a correction, a question."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"
_EDGES = " \t\n\r.,!~…。，！～、;；👍"
_LONGEST = 80


def yes_or_no(text: str, language: str) -> bool | None:
    """None where the whole message is neither."""
    if _is_one_of(text, language, "yes"):
        return True
    return False if _is_one_of(text, language, "no") else None


def is_cancel(text: str, language: str) -> bool:
    """The whole message asks to stop, after a "no," perhaps; "cancel my order" is something else."""
    rest = correction(text, language) if len(text) <= _LONGEST else None
    return any(_is_one_of(said, language, "cancel") for said in (text, rest) if said)


def is_question(text: str, language: str) -> bool:
    """It ends or begins as questions do."""
    said = text.strip()
    return said.endswith(("?", "？", "吗", "嗎", "呢")) or bool(_opening(language, "question").match(said))


def correction(text: str, language: str) -> str | None:
    """What follows "no," or "I meant"; None where the message does not begin like a correction."""
    found = _opening(language, "correct").match(text.strip())
    rest = text.strip()[found.end() :].strip(_EDGES) if found else ""
    return rest or None


def _is_one_of(text: str, language: str, kind: str) -> bool:
    if len(text) > _LONGEST:
        return False
    said = text.strip(_EDGES).casefold()
    for polite in _phrases(language, "polite"):
        said = said.removesuffix(polite).removeprefix(polite).strip(_EDGES) or said
    return said in _phrases(language, kind) or said in _phrases("en", kind)


@cache
def _opening(language: str, kind: str) -> re.Pattern[str]:
    """One or more of the phrases at the beginning, as whole words where the script has words."""
    phrases = sorted({*_phrases(language, kind), *_phrases("en", kind)}, key=len, reverse=True)
    parts = [re.escape(one) + (r"(?!\w)" if one[-1] < "\u3000" else "") for one in phrases]
    return re.compile(rf"(?:(?:{'|'.join(parts)})[\s,，.。!！]*)+", re.IGNORECASE)


@cache
def _table(language: str) -> Mapping[str, Sequence[str]]:
    path = _FOLDER / f"{language}.toml"
    if not re.fullmatch("[a-z]{2}", language) or not path.is_file():
        path = _FOLDER / "en.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def _phrases(language: str, kind: str) -> tuple[str, ...]:
    return tuple(phrase.casefold() for phrase in _table(language)[kind])
