"""Remembers over a restart which supergroup was which group, so that a conversation keeps its address."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from botcore.channels.telegram.incoming import Deed
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.shown import Shown
from botcore.channels.telegram.updates import Update

MOVED = "telegram:moved"
"""Key under which the new chat keeps the old one's id."""

D = TypeVar("D", bound=Deed)


class Moving:
    """One look into the record for each group and process."""

    def __init__(self, moves: Moves, shown: Shown) -> None:
        self._moves = moves
        self._shown = shown
        self._known: Recent[bool] = Recent()

    async def note(self, update: Update) -> None:
        """Keep it where the update tells of a move."""
        message = update.message
        if message and message.migrate_from_chat_id:
            await self._keep(message.chat.id, message.migrate_from_chat_id)

    async def placed(self, deed: D) -> D:
        """The deed where its conversation has always been. Raises StoreError."""
        chat = deed.place.chat
        if deed.place.private or self._known.get(str(chat)):
            return deed
        for old in await self._shown.of(Place(chat), MOVED):
            first = int(old.removeprefix("from"))
            await self._keep(chat, first)
            self._moves.learn(first, chat)
        self._known.put(str(chat), True)
        place = msgspec.structs.replace(deed.place, chat=self._moves.first(chat))
        return msgspec.structs.replace(deed, place=place)

    async def _keep(self, chat: int, old: int) -> None:
        await self._shown.keep(Place(chat), MOVED, [f"from{self._moves.first(old)}"])
