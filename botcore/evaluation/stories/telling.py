"""Tells stories to a bot and compares what it answers with what is expected."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from botcore.errors import BotcoreError
from botcore.evaluation.stories.story import Exchange, Story, as_tuple
from botcore.types import TurnSummary


class Heard(msgspec.Struct, frozen=True):
    """All that the bot did with one message."""

    text: str
    summary: TurnSummary
    buttons: Sequence[str] = ()
    sources: Sequence[str] = ()
    slots: dict[str, Any] = {}
    tools: Sequence[str] = ()


class Dialogue(Protocol):
    """One conversation with the bot."""

    async def do(self, exchange: Exchange) -> Heard:
        """Let the person say or do it. Raises BotcoreError or TimeoutError where no answer comes."""


class Teller(Protocol):
    def begin(self, story: Story) -> AbstractAsyncContextManager[Dialogue]:
        """A new conversation with a bot that has the story's model, or none."""


class Missed(msgspec.Struct, frozen=True):
    """One expectation that was not met."""

    expectation: str
    expected: str
    got: str


class Told(msgspec.Struct, frozen=True):
    """A story after it was told: up to its end, or to the first turn that was not as expected."""

    file: str
    name: str
    turns: int
    """As many as were told."""
    seconds: float
    said: str = ""
    """What the person said in the turn that failed."""
    missed: tuple[Missed, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.missed


async def tell(stories: Sequence[tuple[Path, Story]], teller: Teller) -> AsyncIterator[Told]:
    """One after another, each as soon as it is told. A failing story does not end the others."""
    for path, story in stories:
        began = time.perf_counter()
        turns, said, missed = await _tell_one(story, teller)
        yield Told(str(path), story.name, turns, round(time.perf_counter() - began, 3), said, tuple(missed))


async def _tell_one(story: Story, teller: Teller) -> tuple[int, str, list[Missed]]:
    offered: Sequence[str] = ()
    async with teller.begin(story) as dialogue:
        for number, exchange in enumerate(story.turn, 1):
            if exchange.press and exchange.press not in offered:
                return number, exchange.said, [Missed("press", exchange.press, _list(offered))]
            try:
                heard = await dialogue.do(exchange)
            except (TimeoutError, BotcoreError) as error:
                return number, exchange.said, [Missed("answer", "an answer", str(error) or "none in time")]
            missed = list(compare(exchange, heard))
            if missed:
                return number, exchange.said, missed
            offered = heard.buttons
    return len(story.turn), "", []


def compare(exchange: Exchange, heard: Heard) -> Iterator[Missed]:
    """What of the expectations is not met."""
    text = heard.text.strip()
    if exchange.exact is not None and exchange.exact.strip() != text:
        yield Missed("exact", exchange.exact.strip(), text)
    for part in as_tuple(exchange.contains):
        if part not in text:
            yield Missed("contains", part, text)
    for part in as_tuple(exchange.lacks):
        if part in text:
            yield Missed("lacks", part, text)
    if exchange.pattern and not re.search(exchange.pattern, text):
        yield Missed("pattern", exchange.pattern, text)
    for name in ("plugin", "handler", "intent", "by", "language"):
        expected, got = getattr(exchange, name), getattr(heard.summary, name)
        if expected is not None and expected != got:
            yield Missed(name, expected or "(none)", got or "(none)")
    for name in ("buttons", "sources", "tools"):
        expected, got = getattr(exchange, name), getattr(heard, name)
        if expected is not None and list(expected) != list(got):
            yield Missed(name, _list(expected), _list(got))
    for name, expected in (exchange.slots or {}).items():
        got = heard.slots.get(name)
        if str(expected) != str(got):
            yield Missed(f"slots.{name}", str(expected), "(not filled)" if got is None else str(got))


def _list(texts: Sequence[str]) -> str:
    return " | ".join(texts) or "(none)"
