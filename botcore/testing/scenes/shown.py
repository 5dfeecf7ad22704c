"""What a person sees of a chat, as plain records, and as a text."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from botcore.testing.scenes.marks import Marked, as_text


class ShownFile(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    size: int
    """Bytes."""
    media_type: str = ""
    id: str = ""
    """By which `Scene.file` gives its content."""


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message as it stands in the chat now."""

    id: str
    author: str
    text: Marked
    by_bot: bool = False
    raw: str = ""
    """What its author may edit."""
    buttons: tuple[tuple[str, ...], ...] = ()
    """Rows of labels."""
    files: tuple[ShownFile, ...] = ()
    edited: bool = False
    growing: bool = False
    """A preview that will become a message, or "thinking ..."."""
    private: bool = False
    """Only this person sees it."""
    reply_to: str = ""
    """Whose message it answers, and how that begins."""
    reactions: tuple[str, ...] = ()
    at: float = 0.0


def transcript(messages: Sequence[Shown]) -> str:
    """The chat as text: who says what, buttons in brackets, files by name. Previews and edit marks are left out."""
    return "\n".join(_lines(one) for one in messages if not one.growing)


def _lines(one: Shown) -> str:
    rows = ["  ".join(f"[{label}]" for label in row) for row in one.buttons]
    files = [f"({file.name}, {_size(file.size)})" for file in one.files]
    said = "\n".join(part for part in (as_text(one.text), *files, *rows) if part)
    return f"{one.author}: " + said.replace("\n", "\n  ")


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
