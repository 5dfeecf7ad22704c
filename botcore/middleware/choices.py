"""Remembers what was offered as a numbered list, so that the next message may be a number."""

from __future__ import annotations

from collections.abc import Collection

from botcore.channels.rendering import numbered
from botcore.dispatch.turn import Turn
from botcore.middleware.base import Next


class Choices:
    """`numbering` names the channels of plugins that have no buttons; the others are known."""

    def __init__(self, numbering: Collection[str] = ()) -> None:
        self._numbering = numbering

    async def __call__(self, turn: Turn, next: Next) -> None:
        await next(turn)
        if turn.outgoing:  # what was offered before stays open while the bot says nothing
            labels = turn.outgoing[-1].reply.buttons
            known = numbered(turn.event.address.channel, labels, self._numbering)
            turn.state.offered = tuple(labels) if known else ()
