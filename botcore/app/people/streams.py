"""The two streams that all conversations share, read from end to end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from botcore.delivery import keys
from botcore.delivery.base import DeadLetter
from botcore.delivery.dead_letters import as_letter
from botcore.delivery.traces import TurnTrace, as_trace
from botcore.stores.commands import Commands

PAGE = 500


class Letter(msgspec.Struct, frozen=True):
    """A dead letter with the bytes of its event, which may be unreadable."""

    kept: DeadLetter
    raw: bytes


async def dead_letters(commands: Commands) -> AsyncIterator[Letter]:
    """Oldest first."""
    async for entry, fields in _entries(commands, keys.DEAD):
        yield Letter(as_letter(entry, fields), fields.get(b"event", b""))


async def traces(commands: Commands) -> AsyncIterator[tuple[str, TurnTrace]]:
    """Id of the entry and trace, oldest first. One that can't be read names nobody, and is left out."""
    async for entry, fields in _entries(commands, keys.TRACES):
        if trace := as_trace(fields.get(b"t", b"")):
            yield entry, trace


async def _entries(commands: Commands, stream: str) -> AsyncIterator[tuple[str, dict[bytes, bytes]]]:
    start = "-"
    while page := await commands("XRANGE", stream, start, "+", "COUNT", PAGE):
        for entry, fields in page:
            yield entry.decode(), dict(zip(fields[::2], fields[1::2], strict=True))
        start = f"({page[-1][0].decode()}"
