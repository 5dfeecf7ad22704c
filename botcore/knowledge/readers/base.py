"""What every reader gives: a titled list of sections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

SECTION_CHARACTERS = 900
"""A section longer than this is split where its structure allows: MiniLM reads no more than 256 tokens."""


class Section(msgspec.Struct, frozen=True):
    """A part of a document that stands on its own. `title` is empty for the part before the first heading."""

    title: str
    text: str


class Reading(msgspec.Struct, frozen=True):
    """A file as its reader understood it."""

    title: str
    sections: Sequence[Section]


def title_from(path: Path) -> str:
    """`delivery-zones.csv` is called `Delivery zones`."""
    words = path.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or path.name
