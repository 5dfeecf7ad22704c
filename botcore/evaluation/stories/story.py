"""A story: what a person says, one message after another, and what is expected of each answer."""

from __future__ import annotations

import re
from typing import Any

import msgspec


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message of the person, and what must be true of the answer. What is left out may be anything.

    The answer's text is all its messages, joined by blank lines, as Markdown.
    """

    say: str = ""
    press: str = ""
    """A button of the answer before, which must have been offered."""
    start: bool = False
    """The person opens the conversation without saying anything."""
    exact: str | None = None
    """The whole text; blanks at its ends don't count."""
    contains: tuple[str, ...] | str = ()
    lacks: tuple[str, ...] | str = ()
    pattern: str = ""
    """A regular expression that occurs in the text."""
    buttons: tuple[str, ...] | None = None
    """All of them, in their order."""
    sources: tuple[str, ...] | None = None
    """Titles of the documents that the answer rests on."""
    plugin: str | None = None
    handler: str | None = None
    intent: str | None = None
    """Empty for out of scope."""
    by: str | None = None
    """The stage that decided: command, followup, pattern, form, classifier ..."""
    language: str | None = None
    slots: dict[str, Any] | None = None
    """What open forms hold after the answer, by the name of the slot; others may be there too."""
    tools: tuple[str, ...] | None = None
    """Names of the tools that the model called in this turn, in their order."""

    def __post_init__(self) -> None:
        if sum((bool(self.say), bool(self.press), self.start)) != 1:
            raise ValueError("expected exactly one of say, press and start")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern is no regular expression: {error}") from error

    @property
    def said(self) -> str:
        """What the person does, in words."""
        return "(opens the conversation)" if self.start else self.say or self.press


class ToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model asks for a tool rather than answering."""

    call: str
    arguments: dict[str, Any] = {}


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dialogue of its own: it begins in a new conversation."""

    name: str
    turn: tuple[Exchange, ...]
    locale: str = ""
    """Which the person's app is set to, such as `zh-CN`, where a channel tells."""
    model: tuple[str | ToolCall, ...] | None = None
    """What a language model says, request by request; None: there is no model."""

    def __post_init__(self) -> None:
        if not self.turn:
            raise ValueError(f"story {self.name!r} has no turn")


def as_tuple(texts: tuple[str, ...] | str) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts
