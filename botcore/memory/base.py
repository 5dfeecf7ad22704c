"""The promise of a person's memory: a few short notes of one person, seen by nobody else's turns."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec

from botcore.conversation import clean_text
from botcore.types import Address, Person

NOTES = 100
"""Of one person at most."""
NAME_LENGTH = 64
TEXT_LENGTH = 500
"""Characters of one note at most."""


class Owner(msgspec.Struct, frozen=True):
    """Whose notes: a person of one channel, in whatever chat of it they write."""

    channel: str
    person: str

    @classmethod
    def of(cls, address: Address, person: Person) -> Owner:
        return cls(address.channel, person.id)

    def __str__(self) -> str:
        # A channel's name has no colon in it, so no two owners are written alike.
        return f"{self.channel}:{self.person}"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was remembered."""

    name: str
    """Unique among the person's notes: `name`, `diet`."""
    text: str
    at: float = 0.0
    """When it was told, in Unix seconds."""


class PersonMemory(ABC):
    """Notes of all people. Raises StoreError where the store is away."""

    @abstractmethod
    async def keep(self, owner: Owner, note: Note) -> bool:
        """Remember it, in the place of an earlier note of that name. False where there are `NOTES` already."""

    @abstractmethod
    async def all(self, owner: Owner) -> Sequence[Note]:
        """What is remembered of this person, the earliest told first."""

    @abstractmethod
    async def forget(self, owner: Owner, name: str = "") -> int:
        """Delete the note of this name, or all where none is named. How many there were."""


class Notes:
    """The notes of the person whose turn it is: `ctx.memory`."""

    def __init__(self, memory: PersonMemory, owner: Owner) -> None:
        self._memory = memory
        self._owner = owner

    async def keep(self, name: str, text: str) -> bool:
        """Remember a text of up to 500 characters under a name of up to 64; longer ones are cut.

        A note of that name is replaced. False where the person has 100 notes already. Keeping the same note twice,
        as a turn that is tried again does, is a no-op.
        """
        note = Note(
            clean_text(name).strip()[:NAME_LENGTH], clean_text(text).strip()[:TEXT_LENGTH], time.time()
        )
        return await self._memory.keep(self._owner, note)

    async def all(self) -> Sequence[Note]:
        """Everything remembered of this person, the earliest told first."""
        return await self._memory.all(self._owner)

    async def get(self, name: str) -> str:
        """The note of this name; empty where there is none."""
        return next((note.text for note in await self.all() if note.name == name), "")

    async def forget(self, name: str = "") -> int:
        """Delete one note, or all where none is named. How many there were."""
        return await self._memory.forget(self._owner, name)
