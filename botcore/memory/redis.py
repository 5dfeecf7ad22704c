"""Notes in Redis or Valkey: one hash for each person, which expires when it has not been used for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from botcore.delivery.keys import PREFIX
from botcore.memory.base import NOTES, Note, Owner, PersonMemory
from botcore.stores.commands import Commands
from botcore.stores.script import Script

log = structlog.get_logger()

_KEEP = Script.load("botcore.memory", "keep.lua")
_decoder = msgspec.msgpack.Decoder(Note)


class RedisMemory(PersonMemory):
    def __init__(self, commands: Commands, *, keep_seconds: int) -> None:
        """`keep_seconds` after a person's notes were last read or written, they go."""
        self._commands = commands
        self._keep_seconds = keep_seconds

    async def keep(self, owner: Owner, note: Note) -> bool:
        packed = msgspec.msgpack.encode(note)
        kept = await self._commands.script(
            _KEEP, [key_of(owner)], [note.name, packed, NOTES, self._keep_seconds]
        )
        return bool(kept)

    async def all(self, owner: Owner) -> Sequence[Note]:
        packed, _ = await asyncio.gather(
            self._commands("HVALS", key_of(owner)),
            self._commands("EXPIRE", key_of(owner), self._keep_seconds),
        )
        return sorted(_readable(packed), key=lambda note: (note.at, note.name))

    async def forget(self, owner: Owner, name: str = "") -> int:
        if name:
            return int(await self._commands("HDEL", key_of(owner), name))
        count, _ = await asyncio.gather(
            self._commands("HLEN", key_of(owner)), self._commands("DEL", key_of(owner))
        )
        return int(count)


def key_of(owner: Owner) -> str:
    return f"{PREFIX}u:{owner}"


def _readable(packed: list[bytes]) -> list[Note]:
    notes = []
    for one in packed:
        try:
            notes.append(_decoder.decode(one))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("a note of a person can't be read; the others are used")
    return notes
