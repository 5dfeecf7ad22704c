"""In which conversations a person took part, and whether they are the person's own or shared with others.

A direct chat is the person's own. Of one in which others wrote too, only what this person said, and what the bot said
to them, is the person's.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from botcore.app.people.keyspace import WHOLE, Key, belongs, key_named, named_after, names_of
from botcore.app.people.streams import dead_letters, traces
from botcore.conversation import ConversationState, decode_event, decode_history, decode_state
from botcore.delivery import keys
from botcore.errors import CorruptRecord
from botcore.memory.base import Owner
from botcore.stores.commands import Commands
from botcore.stores.script import Script
from botcore.types import Address

Progress = Callable[[int], None]
"""Told how many keys were looked at so far."""

_MENTION = Script.load("botcore.delivery.scripts", "mention.lua")
_TELLING = tuple(f"{keys.PREFIX}{family}:".encode() for family in ("s", "m", "t"))


class Part(msgspec.Struct, frozen=True):
    """One conversation in which the person took part."""

    address: Address
    own: bool
    """Nobody else took part."""
    keys: tuple[Key, ...]
    """Every key of the conversation."""


async def find(commands: Commands, owner: Owner, progress: Progress = lambda seen: None) -> list[Part]:
    """All of the person's conversations. It goes through all keys twice, which takes seconds for a million of them."""
    search = _Search(commands, owner)
    looked = 0
    async for page in names_of(commands, owner.channel):
        await search.look_at(page)
        looked += len(page)
        progress(looked)
    await search.look_at_streams()
    own: dict[str, bool] = {}
    for address in sorted(search.found):
        if (alone := await search.is_own(address)) is not None:
            own[str(address)] = alone
    names, told = await _keys_by_address(commands, owner.channel, set(own)), search.told
    return [
        Part(Address.parse(name), alone, tuple(names[name]))
        for name, alone in own.items()
        if names[name] or name in told
    ]


class _Search:
    def __init__(self, commands: Commands, owner: Owner) -> None:
        self._commands = commands
        self._owner = owner
        self._streamed: dict[Address, set[str]] = defaultdict(set)
        """Who is named by traces and dead letters."""
        self.found = {Address(owner.channel, owner.person)}
        """Where the person took part, or may have by the chat's name."""

    @property
    def told(self) -> set[str]:
        """Conversations of which traces or dead letters tell, whatever else is left of them."""
        return {str(address) for address, people in self._streamed.items() if self._owner.person in people}

    async def look_at(self, page: Sequence[bytes]) -> None:
        """Note the conversations of which these keys show that the person takes part in them."""
        person = self._owner.person.encode()
        telling = [name for name in page if name.startswith(_TELLING)]
        told = await self._commands.script(_MENTION, [keys.READY], [person, *telling]) if telling else []
        for name in {*told, *(name for name in page if person in name)}:
            key = key_named(name)
            if key and key.family in WHOLE:
                address = Address.parse(key.rest)
                if named_after(address, self._owner.person) or await self._tells(key, address):
                    self.found.add(address)

    async def _tells(self, key: Key, address: Address) -> bool:
        if key.family == "s":
            state = await self._state(address)
            return state.person == self._owner.person or (
                state.shared and self._owner.person in await self._writers(address)
            )
        if key.family in {"m", "t"}:
            return self._owner.person in await self._senders(address)
        return False

    async def look_at_streams(self) -> None:
        async for letter in dead_letters(self._commands):
            if letter.kept.event:
                self._streamed[letter.kept.address].add(letter.kept.event.person.id)
        async for _, trace in traces(self._commands):
            if trace.person:
                self._streamed[trace.address].add(trace.person)
        here = (one for one in self._streamed if one.channel == self._owner.channel)
        self.found |= {one for one in here if self._owner.person in self._streamed[one]}

    async def is_own(self, address: Address) -> bool | None:
        """None where the conversation only has a name like the person's, and is of others."""
        state = await self._state(address)
        people = {
            *self._streamed.get(address, ()),
            *await self._writers(address),
            *await self._senders(address),
        }
        people |= {state.person} - {""}
        if people and self._owner.person not in people:
            return None
        return people <= {self._owner.person} and not state.shared

    async def _state(self, address: Address) -> ConversationState:
        try:
            return decode_state(await self._commands("HGET", keys.state(address), "data"))
        except CorruptRecord:
            return ConversationState()

    async def _writers(self, address: Address) -> set[str]:
        """Of the history."""
        lines = await self._commands("LRANGE", keys.history(address), 0, -1)
        return set(_readable(lines, lambda line: decode_history(line).by)) - {""}

    async def _senders(self, address: Address) -> set[str]:
        """Of what waits: messages and timers."""
        mail, timers = await asyncio.gather(
            self._commands("LRANGE", keys.mailbox(address), 0, -1),
            self._commands("HVALS", keys.timers(address)),
        )
        return set(_readable([*mail, *timers], lambda raw: decode_event(raw).person.id))


def _readable(lines: Iterable[bytes], read: Callable[[bytes], str]) -> list[str]:
    found = []
    for line in lines:
        try:
            found.append(read(line))
        except CorruptRecord:
            continue
    return found


async def _keys_by_address(commands: Commands, channel: str, mine: set[str]) -> dict[str, list[Key]]:
    candidates: dict[bytes, Key] = {}
    others: set[str] = set()
    named = re.compile(b"|".join(re.escape(one.encode("utf-8", "surrogateescape")) for one in mine) or b"$^")
    async for page in names_of(commands, channel):
        for name in page:
            key = key_named(name) if named.search(name) else None
            if key and belongs(key, mine):
                candidates[key.name] = key
                if key.family in WHOLE and key.rest not in mine:
                    others.add(key.rest)
    found: dict[str, list[Key]] = defaultdict(list)
    for key in candidates.values():
        if address := belongs(key, mine, others):
            found[address].append(key)
    return found
