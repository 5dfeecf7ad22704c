"""What delivery should be, in a few lines of Python: the model that a state machine compares the real one with."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


def is_change(id: str) -> bool:
    """Whether this is an edit or a deletion of an earlier message."""
    return id.startswith("c")


@dataclass
class Turn:
    """A claim as the model knows it."""

    event: str
    fence: int
    abandoned: bool = False
    """Its worker died, or seems to have."""


@dataclass
class Conversation:
    """One conversation: the claim with the highest fence counts, and every other one is void."""

    mail: deque[str] = field(default_factory=deque)
    seen: list[str] = field(default_factory=list)
    turn: Turn | None = None
    committed: int = 0
    """Fence of the last turn that was committed or buried."""
    turns: int = 0
    """Turns committed: what the state's counter must say."""
    before: int | None = None
    """What the counter said before the turn that is kept for an edit."""
    history: list[str] = field(default_factory=list)
    version: int = 0
    tries: int = 0
    outgoing: deque[str] = field(default_factory=deque)
    sending: str = ""
    """Key of the message that a sender has."""
    sender_died: bool = False

    @property
    def is_ready(self) -> bool:
        return bool(self.mail) and (self.turn is None or self.turn.abandoned)

    @property
    def may_send(self) -> bool:
        return bool(self.outgoing) and (not self.sending or self.sender_died)

    def is_current(self, fence: int) -> bool:
        return self.turn is not None and self.turn.fence == fence

    @property
    def is_changed(self) -> bool:
        """An edit or a deletion waits."""
        return any(is_change(id) for id in self.mail)

    def finish(self, fence: int, answered: int = 1) -> None:
        """The turn's events are dealt with."""
        for _ in range(answered):
            self.mail.popleft()
        self.turn, self.committed, self.tries = None, fence, 0
        self.version += 1
