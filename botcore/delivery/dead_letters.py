"""Events that no worker could handle, where operators see them, try them again, or drop them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from botcore.conversation import decode_event
from botcore.delivery import keys
from botcore.delivery.base import DeadLetter, DeadLetters, Tally
from botcore.delivery.memory import MemoryStore
from botcore.errors import CorruptRecord, MailboxFull
from botcore.stores.commands import Commands
from botcore.stores.script import Script
from botcore.types import Address

_REVIVE = Script.load("botcore.delivery.scripts", "revive.lua")
_ID = re.compile(r"\d{1,19}-\d{1,19}")
PAGE = 500


class MemoryDeadLetters(DeadLetters):
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def list(self, limit: int = 100, after: str = "") -> Sequence[DeadLetter]:
        start = int(after) if after.isdecimal() else 0
        return [letter for letter in self._store.dead.values() if int(letter.id) > start][:limit]

    async def show(self, name: str) -> DeadLetter | None:
        named = [letter for letter in self._store.dead.values() if name in {letter.id, letter.reference}]
        return named[-1] if named else None

    async def retry(self, letter: DeadLetter) -> bool:
        if letter.id not in self._store.dead:
            return False
        if letter.event:
            await self._store.push(letter.event)
        del self._store.dead[letter.id]
        return True

    async def drop(self, letter: DeadLetter) -> bool:
        return self._store.dead.pop(letter.id, None) is not None

    async def tally(self) -> Tally:
        return Tally(len(self._store.dead), self._store.buried, self._store.displaced)


class RedisDeadLetters(DeadLetters):
    """`mailbox_limit` is that of the inbox, which a letter that comes back respects too."""

    def __init__(self, commands: Commands, *, mailbox_limit: int) -> None:
        self._commands = commands
        self._mailbox_limit = mailbox_limit

    async def list(self, limit: int = 100, after: str = "") -> Sequence[DeadLetter]:
        start = f"({after}" if _ID.fullmatch(after) else "-"
        return await self._range(start, "+", limit)

    async def show(self, name: str) -> DeadLetter | None:
        if _ID.fullmatch(name):
            return next(iter(await self._range(name, name, 1)), None)
        found = None
        async for letter in self._all():
            if name and letter.reference == name:
                found = letter
        return found

    async def retry(self, letter: DeadLetter) -> bool:
        outcome = await self._commands.script(
            _REVIVE,
            [keys.DEAD, keys.mailbox(letter.address), keys.READY],
            [letter.id, str(letter.address), self._mailbox_limit],
        )
        if outcome == -1:
            raise MailboxFull
        return bool(outcome)

    async def drop(self, letter: DeadLetter) -> bool:
        return bool(await self._commands("XDEL", keys.DEAD, letter.id))

    async def tally(self) -> Tally:
        kept = int(await self._commands("XLEN", keys.DEAD))
        buried, displaced = await self._commands("HMGET", keys.DEAD_COUNTS, "buried", "displaced")
        return Tally(kept, int(buried or 0), int(displaced or 0))

    async def _all(self) -> AsyncIterator[DeadLetter]:
        last = ""
        while page := await self.list(PAGE, last):
            for letter in page:
                yield letter
            last = page[-1].id

    async def _range(self, start: str, end: str, limit: int) -> Sequence[DeadLetter]:
        reply = await self._commands("XRANGE", keys.DEAD, start, end, "COUNT", limit)
        return [as_letter(entry.decode(), _pairs(fields)) for entry, fields in reply]


def _pairs(fields: Any) -> Mapping[bytes, bytes]:
    """Fields of a stream entry, which come flat or as a dict, by redis-py's callbacks."""
    return fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))


def as_letter(id: str, fields: Mapping[bytes, bytes]) -> DeadLetter:
    try:
        event = decode_event(fields[b"event"])
    except CorruptRecord:
        event = None
    return DeadLetter(
        id=id,
        address=Address.parse(fields[b"c"].decode("utf-8", "surrogateescape")),
        event=event,
        reason=fields[b"reason"].decode("utf-8", "replace"),
        at=int(id.partition("-")[0]) / 1000,
        reference=fields.get(b"ref", b"").decode("utf-8", "replace"),
    )
