"""Matches sequences of meanings: `"next weekday"` is a token that may mean next, and one that may mean a weekday."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from botcore.forms.entities.base import Moment
from botcore.forms.entities.lexicon import Lexicon
from botcore.forms.entities.tokens import Token

T = TypeVar("T")
Bound = Mapping[str, Token]


class Scene(msgspec.Struct, frozen=True):
    """A text taken apart, and the moment of it."""

    text: str
    tokens: Sequence[Token]
    words: Lexicon
    moment: Moment


class Element(msgspec.Struct, frozen=True):
    """One place of a rule."""

    name: str
    tags: tuple[str, ...]
    optional: bool


class Rule(Generic[T]):
    """A pattern and what it means.

    In a pattern `a|b` is a token of either meaning, `x=a` gives it another name, and `a?` may be missing. `read`
    gives None where the tokens make no valid value.
    """

    def __init__(self, pattern: str, read: Callable[[Bound, Scene], T | None]) -> None:
        self.elements = [_element(part) for part in pattern.split()]
        self.read = read


class Found(msgspec.Struct, Generic[T], frozen=True):
    value: T
    start: int
    end: int


def _element(part: str) -> Element:
    name, _, tags = part.rstrip("?").rpartition("=")
    return Element(name or tags, tuple(tags.split("|")), part.endswith("?"))


def find(scene: Scene, rules: Sequence[Rule[T]]) -> Iterator[Found[T]]:
    """From left to right, at each place by the rule that covers most."""
    place = 0
    while place < len(scene.tokens):
        best: tuple[int, T] | None = None
        for rule in rules:
            for end, bound in _matches(scene.tokens, place, rule.elements):
                value = rule.read(bound, scene) if not best or end > best[0] else None
                if value is not None:
                    best = end, value
                    break
        if best:
            comma = scene.tokens[place].text in {",", "，"}
            yield Found(best[1], scene.tokens[place + comma].start, scene.tokens[best[0] - 1].end)
        place = best[0] if best else place + 1


def _matches(
    tokens: Sequence[Token], place: int, elements: Sequence[Element]
) -> Iterator[tuple[int, dict[str, Token]]]:
    """All ways to match, the greedy one first."""
    if not elements:
        yield place, {}
        return
    first, rest = elements[0], elements[1:]
    if place < len(tokens) and any(tag in tokens[place].tags for tag in first.tags):
        for end, bound in _matches(tokens, place + 1, rest):
            yield end, {first.name: tokens[place], **bound}
    if first.optional:
        yield from _matches(tokens, place, rest)
