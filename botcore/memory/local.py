"""Notes that live as long as the process: for tests."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.memory.base import NOTES, Note, Owner, PersonMemory


class LocalMemory(PersonMemory):
    def __init__(self) -> None:
        self._notes: dict[Owner, dict[str, Note]] = {}

    async def keep(self, owner: Owner, note: Note) -> bool:
        notes = self._notes.setdefault(owner, {})
        if note.name not in notes and len(notes) >= NOTES:
            return False
        notes[note.name] = note
        return True

    async def all(self, owner: Owner) -> Sequence[Note]:
        return sorted(self._notes.get(owner, {}).values(), key=lambda note: (note.at, note.name))

    async def forget(self, owner: Owner, name: str = "") -> int:
        if not name:
            return len(self._notes.pop(owner, {}))
        return 1 if self._notes.get(owner, {}).pop(name, None) else 0
