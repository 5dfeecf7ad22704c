"""What became of the latest turns, for the operator: who answered, why, and how long each stage took. No message text."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec
import structlog

from botcore.conversation import decode_history
from botcore.delivery import keys
from botcore.errors import CorruptRecord, StoreError
from botcore.stores.commands import Commands
from botcore.types import Address

log = structlog.get_logger()

FLUSH_SECONDS = 0.5
"""Traces of this long go to the store together: a turn pays for the encoding alone."""
BUFFER = 2000
"""Traces that wait for a store that is away; the oldest go first."""
PAGE = 500


class Stage(msgspec.Struct, frozen=True):
    """One stage of a turn, what it decided, and how long it took."""

    name: str
    detail: str
    ms: float


class TurnTrace(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One try of one turn."""

    reference: str
    """What the person may quote: the turn's trace id."""
    address: Address
    event: str
    """Id of the event that was answered."""
    at: float
    """When the turn began, in Unix seconds."""
    ms: float
    person: str = ""
    """Id of the person whom the turn answered."""
    kind: str = "message"
    plugin: str = ""
    handler: str = ""
    intent: str = ""
    score: float = 0.0
    by: str = ""
    language: str = ""
    replies: int = 0
    stages: Sequence[Stage] = ()


class Traces:
    """The latest turns of all processes in one capped stream, the newest `limit` of them (0: none are kept)."""

    def __init__(self, commands: Commands, *, limit: int) -> None:
        self._commands = commands
        self._limit = limit
        self._waiting: deque[bytes] = deque(maxlen=BUFFER)

    def add(self, trace: TurnTrace) -> None:
        """Keep it; it is in the store within a second."""
        if self._limit:
            self._waiting.append(msgspec.msgpack.encode(trace))

    async def run(self) -> None:
        """Bring what was added to the store, until cancelled; then what is left."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Bring everything to the store. Where it is away the traces wait for the next time."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            await asyncio.gather(
                *(
                    self._commands("XADD", keys.TRACES, "MAXLEN", "~", self._limit, "*", "t", packed)
                    for packed in batch
                )
            )
        except StoreError as error:
            log.debug("traces can't be stored now", error=str(error), waiting=len(batch))
            self._waiting.extendleft(reversed(batch))

    async def latest(self, count: int, address: Address | None = None) -> list[TurnTrace]:
        """Up to `count`, the newest first; of one conversation where an address is given."""
        found: dict[tuple[str, float], TurnTrace] = {}  # one that was sent twice is one
        before = "+"
        while len(found) < count:
            page = await self._commands("XREVRANGE", keys.TRACES, before, "-", "COUNT", PAGE)
            if not page:
                break
            traces = [as_trace(fields[1]) for _, fields in page]
            wanted = [one for one in traces if one and (address is None or one.address == address)]
            found |= {(one.reference, one.at): one for one in wanted}
            before = f"({page[-1][0].decode()}"
        return list(found.values())[:count]

    async def of(self, reference: str) -> list[TurnTrace]:
        """All tries of the turn with this reference, the newest first. Its first digits are enough."""
        if not reference:
            return []
        return [one for one in await self.latest(self._limit or 1) if one.reference.startswith(reference)]

    async def said(self, trace: TurnTrace) -> str:
        """What the person wrote, from the conversation's history; empty where that is no longer kept."""
        packed = await self._commands("LRANGE", keys.history(trace.address), 0, -1)
        for line in packed:
            try:
                entry = decode_history(line)
            except CorruptRecord:
                continue
            if entry.id == trace.event and entry.role == "user":
                return entry.text
        return ""


def as_trace(packed: bytes) -> TurnTrace | None:
    try:
        return _decoder.decode(packed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


_decoder = msgspec.msgpack.Decoder(TurnTrace)
