"""What a middleware promises, and how several become one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from botcore.dispatch.turn import Turn

Next = Callable[[Turn], Awaitable[None]]


class Middleware(Protocol):
    async def __call__(self, turn: Turn, next: Next) -> None:
        """Do something before or after `await next(turn)`, or answer instead of it."""


def compose(middleware: Sequence[Middleware], handle: Next) -> Next:
    """One function: the first middleware is the outermost."""
    for one in reversed(middleware):
        handle = partial(one, next=handle)
    return handle
