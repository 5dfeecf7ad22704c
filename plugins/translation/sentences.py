"""Sentences of a text, so that long texts are translated in parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ABBREVIATION = r"(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bvs)(?<!\bNo)(?<!\bSr)(?<!\bSra)(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-Z])"
_END = re.compile(rf"(?<![!?….])(?:[!?…]|{_ABBREVIATION}\.)++[\"'”’»)\]]*(?=\s)|[。！？]++[”’」』）]*|\n++")


def split(text: str) -> list[str]:
    """The sentences, each with the white space behind it: joined they are the text again."""
    pieces: list[str] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
        if end > start:
            pieces.append(text[start:end])
            start = end
    return [*pieces, text[start:]] if start < len(text) else pieces


def parts(text: str, size: int) -> list[str]:
    """The text in parts of up to `size` characters, cut between sentences; within one that is longer itself."""
    made: list[str] = []
    for sentence in _short(split(text), size):
        if made and len(made[-1]) + len(sentence) <= size:
            made[-1] += sentence
        else:
            made.append(sentence)
    return made


def _short(sentences: Sequence[str], size: int) -> list[str]:
    return [sentence[at : at + size] for sentence in sentences for at in range(0, len(sentence), size)]
