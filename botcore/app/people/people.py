"""What is kept of a person, in all stores: seen, given out, erased."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence

import msgspec
import structlog

from botcore.app.app import WORKER
from botcore.app.dialogues import Dialogues
from botcore.app.people.contents import Contents, read_contents
from botcore.app.people.erasing import (
    drop,
    drop_foreign,
    drop_timers,
    erase_conversation,
    renew_queues,
    rewrite_log,
    stop,
    unlink,
    until_quiet,
)
from botcore.app.people.finding import Part, Progress, find
from botcore.app.people.rows import Rows, erase_rows, read_rows
from botcore.app.people.streams import Letter, dead_letters, traces
from botcore.app.people.typed_lines import TypedLines
from botcore.delivery import keys
from botcore.delivery.traces import TurnTrace
from botcore.errors import StoreError
from botcore.memory.base import Note, Owner
from botcore.memory.redis import key_of as notes_key
from botcore.stores.records.records import Records
from botcore.web.redis_sessions import PREFIX as SESSIONS
from botcore.web.visits import CHANNEL as WEB

log = structlog.get_logger()

QUIET_SECONDS = 10.0
"""How long answers in progress are waited for."""
SETTLED_SECONDS = 2.0
"""So long nothing may come again before a person counts as erased: traces are written within half a second."""
LOOK_SECONDS = 0.5
AGAIN_SECONDS = 60.0
"""After which somebody who goes on writing counts as erased, but for what they write now."""
REWRITE_SECONDS = 120.0


class Holdings(msgspec.Struct, frozen=True):
    """Everything that is kept of one person."""

    owner: Owner
    parts: Sequence[Part]
    contents: Sequence[Contents]
    """Of each part."""
    notes: Sequence[Note]
    session: Mapping[str, str]
    """A visitor's name, locale and beginning; empty for others."""
    letters: Sequence[Letter]
    traces: Mapping[str, TurnTrace]
    """By the id of the entry."""
    rows: Rows
    typed_lines: Sequence[str]

    @property
    def own(self) -> list[str]:
        return [str(part.address) for part in self.parts if part.own]

    def counts(self) -> dict[str, int]:
        """How much there is of each kind."""
        return {
            "conversations": len(self.own),
            "shared conversations": len(self.parts) - len(self.own),
            "messages": sum(len(one.history) + len(one.mail) + len(one.outbox) for one in self.contents),
            "timers": sum(len(one.timers) for one in self.contents),
            "events shown": sum(len(one.live) for one in self.contents),
            "other keys": sum(len(one.keys) for one in self.contents),
            "notes": len(self.notes),
            "web sessions": int(bool(self.session)),
            "dead letters": len(self.letters),
            "traces": len(self.traces),
            **{f"rows of {table}": len(rows) for table, rows in self.rows.items()},
            "typed lines": len(self.typed_lines),
        }


class Erased(msgspec.Struct, frozen=True):
    """What an erasure did."""

    counts: Mapping[str, int]
    """As `Holdings.counts` had it when the erasure began."""
    again: int
    """Keys and lines that came while it went on, and were erased too."""
    remains: Sequence[str] = ()
    """Sentences on what could not be done."""


class People:
    """Erases and gives out. Works while the service runs, and may be repeated."""

    def __init__(
        self, dialogues: Dialogues, records: Records, typed: TypedLines, *, settled: float = SETTLED_SECONDS
    ) -> None:
        self._dialogues = dialogues
        self._commands = dialogues.commands
        self._records = records
        self._typed = typed
        self._settled = settled

    async def holdings(self, owner: Owner, progress: Progress = lambda seen: None) -> Holdings:
        """Everything of this person. It reads the names of all keys, so it takes seconds for a million of them."""
        parts = await find(self._commands, owner, progress)
        own = {str(part.address) for part in parts if part.own}
        contents = [await read_contents(self._commands, part, owner.person) for part in parts]
        ids = {(str(part.address), id) for part, one in zip(parts, contents, strict=True) for id in one.ids}
        return Holdings(
            owner=owner,
            parts=parts,
            contents=contents,
            notes=await self._dialogues.memory.all(owner),
            session=await self._session(owner),
            letters=[one async for one in dead_letters(self._commands) if _is_my_letter(one, owner, own)],
            traces={
                entry: trace
                async for entry, trace in traces(self._commands)
                if _is_my_trace(trace, owner, own) or (str(trace.address), trace.event) in ids
            },
            rows=await read_rows(self._records, owner, sorted(own)),
            typed_lines=self._typed.of(owner),
        )

    async def erase(self, found: Holdings, progress: Progress = lambda seen: None) -> Erased:
        """Erase what was found, and what comes of answers that are under way."""
        owner = found.owner
        mine = [part.address for part in found.parts if part.own]
        live = self._dialogues.live
        if await self._dialogues.presence.count(WORKER):
            await until_quiet(self._commands, live, mine, QUIET_SECONDS)
        await stop(live, mine)
        await self._once(found)
        again = await self._until_settled(found)
        left = await self.holdings(owner, progress)
        again += await self._once(left)
        self._typed.erase(owner)
        await renew_queues(self._commands, owner.channel)
        return Erased(found.counts(), again, await self._forget_in_files())

    async def _until_settled(self, found: Holdings) -> int:
        """Erase what turns and senders write that had begun before."""
        addresses = [part.address for part in found.parts if part.own]
        again, quiet_since = 0, time.monotonic()
        deadline = quiet_since + AGAIN_SECONDS
        while time.monotonic() < min(quiet_since + self._settled, deadline):
            await asyncio.sleep(LOOK_SECONDS)
            await stop(self._dialogues.live, addresses)
            if count := await self._once(found):
                again, quiet_since = again + count, time.monotonic()
        return again

    async def _once(self, found: Holdings) -> int:
        """How many keys, lines and rows there were."""
        owner, own = found.owner, set(found.own)
        count = 0
        for part in found.parts:
            count += await erase_conversation(self._commands, part, owner.person)
        count += await drop_timers(self._commands, own) + await drop_foreign(self._commands, own)
        count += await unlink(self._commands, [notes_key(owner), keys.rate(str(owner)), *map(keys.rate, own)])
        if owner.channel == WEB:
            count += int(await self._commands("UNLINK", SESSIONS + owner.person))
        letters = [
            one.kept.id async for one in dead_letters(self._commands) if _is_my_letter(one, owner, own)
        ]
        turns = [
            entry
            async for entry, trace in traces(self._commands)
            if entry in found.traces or _is_my_trace(trace, owner, own)
        ]
        count += await drop(self._commands, keys.DEAD, letters)
        count += await drop(self._commands, keys.TRACES, turns)
        return count + await erase_rows(self._records, owner, sorted(own))

    async def _session(self, owner: Owner) -> dict[str, str]:
        if owner.channel != WEB:
            return {}
        names = ("name", "locale", "created")
        values = await self._commands("HMGET", SESSIONS + owner.person, *names)
        return {
            name: value.decode("utf-8", "replace") for name, value in zip(names, values, strict=True) if value
        }

    async def _forget_in_files(self) -> list[str]:
        """Sentences on files of the stores in which old bytes stay for a while."""
        remains = []
        if not await self._records.cut_journal():
            remains.append(
                "SQLite's journal is being read; what it holds of the person goes with the next writes"
            )
        try:
            rewritten = await rewrite_log(self._commands, REWRITE_SECONDS)
        except StoreError as error:
            rewritten = False
            log.debug("the server's log of commands can't be rewritten", error=str(error))
        if not rewritten:
            remains.append(
                "the Redis server's append-only file was not rewritten yet (BGREWRITEAOF): until it is, old commands stand in it"
            )
        return remains


def _is_my_letter(letter: Letter, owner: Owner, own: Collection[str]) -> bool:
    """One that can't be read is whose conversation it comes from, or whose id stands in it."""
    address, event = letter.kept.address, letter.kept.event
    if str(address) in own:
        return True
    if address.channel != owner.channel:
        return False
    return event.person.id == owner.person if event else owner.person.encode() in letter.raw


def _is_my_trace(trace: TurnTrace, owner: Owner, own: Collection[str]) -> bool:
    return str(trace.address) in own or (trace.address.channel, trace.person) == (owner.channel, owner.person)
