"""How an evaluation reaches what it measures, and lets a person see how far it is.

The core imports no plugin. A plugin that can be measured says so with `@plugin.measured(name)`; whoever evaluates is
given a function that asks it, so that a team's own translator is measured as the bundled one is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

Ask = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]
"""One row for the plugin; what it makes of it. Raises BotcoreError where what the plugin needs has failed."""

_T = TypeVar("_T")


def unwatched(rows: Sequence[_T]) -> Iterable[_T]:
    """Nobody looks on."""
    return rows


Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Hands the rows on, one after the other, and shows a person how many are done."""
