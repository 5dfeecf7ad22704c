"""Interactions that wait for their answer: acknowledged at once, and open for fifteen minutes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

import structlog

from botcore.channels.discord.library import FAILURES, discord

log = structlog.get_logger()

OPEN_SECONDS = 14.5 * 60
"""A little less than the 15 minutes of Discord."""
MOST_OPEN = 10_000


class Open:
    """An interaction whose token still answers. The first answer to a command replaces its "is thinking"."""

    def __init__(self, interaction: discord.Interaction, *, loading: bool) -> None:
        self.interaction = interaction
        self.loading = loading
        self.since = time.monotonic()
        self.answered_by = ""
        """Key of the message that stands in the place of "is thinking"."""
        self._acknowledging = asyncio.create_task(self._acknowledge(), name="discord acknowledge")

    async def _acknowledge(self) -> bool:
        try:
            await self.interaction.response.defer(thinking=self.loading)
        except FAILURES as error:
            log.warning(
                "an interaction could not be acknowledged; it is answered in the channel", error=str(error)
            )
            return False
        return True

    async def acknowledged(self) -> bool:
        """Whether Discord took the acknowledgement. Answers must wait for it."""
        return await asyncio.shield(self._acknowledging)

    async def place_for(self, key: str) -> bool:
        """Whether the message `key` belongs in the place of "is thinking"; from then on that place is its own."""
        if not self.loading or self.answered_by not in {"", key} or not await self.acknowledged():
            return False
        self.answered_by = key
        return True


class OpenInteractions:
    """By the id of their event. Those past their time are dropped."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Open] = OrderedDict()

    def add(self, interaction: discord.Interaction, *, loading: bool) -> Open:
        self._prune()
        opened = self._open[str(interaction.id)] = Open(interaction, loading=loading)
        return opened

    def get(self, event_id: str) -> Open | None:
        self._prune()
        return self._open.get(event_id)

    def _prune(self) -> None:
        oldest_kept = time.monotonic() - OPEN_SECONDS
        while self._open:
            first = next(iter(self._open.values()))
            if first.since > oldest_kept and len(self._open) < MOST_OPEN:
                return
            self._open.popitem(last=False)
