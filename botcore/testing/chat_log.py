"""A chat without a channel, as people would see it."""

from __future__ import annotations


class ChatLog:
    """Mutable: messages come, change and go."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        """By the messages' ids, in the order of the chat."""

    def put(self, id: str, who: str, what: str, *, instead_of: str = "") -> None:
        """Add a message, or let it take the place of an earlier one where that stands there."""
        line = f"{who}: " + what.replace("\n", "\n  ")
        if instead_of not in self._lines:
            self._lines[id] = line
            return
        kept = self._lines.items()
        self._lines = dict((id, line) if key == instead_of else (key, said) for key, said in kept)

    def change(self, id: str, who: str, what: str) -> None:
        """No-op for a message that does not stand there."""
        if id in self._lines:
            self.put(id, who, what, instead_of=id)

    def remove(self, id: str) -> None:
        """No-op for a message that does not stand there."""
        self._lines.pop(id, None)

    def __str__(self) -> str:
        return "\n".join(self._lines.values())
