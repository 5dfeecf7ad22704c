"""What becomes of a message that comes while the bot is answering, where it shall not just wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import takewhile

from botcore.dispatch.router import parse_command
from botcore.dispatch.turn import Turn
from botcore.engines.transcriber import is_recording
from botcore.types import AnyEvent, Message

BURST_SECONDS = 0.8
"""A burst ends when the person has been silent this long."""
BURSTS = 5
"""Silences waited for at most: who never stops typing is answered after 4 s."""
LOOK_SECONDS = 0.15
"""Between two looks whether an answer is to be interrupted."""


async def gather(turn: Turn) -> bool:
    """Let messages that belong to this burst join the turn. Whether there were any.

    A turn that is tried again is left as it began, so that a poison takes no other message with it.
    """
    if turn.gathered:
        return False
    turn.gathered = True
    if turn.claim.tries > 1 or not _joins(turn, turn.event):
        return False
    for _ in range(BURSTS):
        before = len(turn.events)
        await asyncio.sleep(BURST_SECONDS)
        waiting = await turn.waiting()
        turn.join(_following(turn, waiting))
        turn.amend(waiting)
        if len(turn.events) == before:
            break
    return len(turn.events) > 1


@asynccontextmanager
async def interrupting(turn: Turn) -> AsyncIterator[None]:
    """As soon as the person writes something new, end the answer that is made inside this block."""
    watch = asyncio.create_task(_watch(turn), name="interruption")
    try:
        yield
    finally:
        watch.cancel()


async def _watch(turn: Turn) -> None:
    while True:
        if any(_is_the_persons(turn, event) for event in await turn.waiting()):
            turn.interrupt()
            return
        await asyncio.sleep(LOOK_SECONDS)


def _following(turn: Turn, waiting: Sequence[AnyEvent]) -> list[AnyEvent]:
    return list(takewhile(lambda event: _joins(turn, event), waiting))


def _joins(turn: Turn, event: AnyEvent) -> bool:
    """A command is a turn of its own, and so are a voice message and what another person says."""
    return (
        isinstance(event, Message)
        and _is_the_persons(turn, event)
        and parse_command(event.text) is None
        and not any(map(is_recording, event.attachments))
    )


def _is_the_persons(turn: Turn, event: AnyEvent) -> bool:
    return isinstance(event, Message) and event.person.id == turn.event.person.id
