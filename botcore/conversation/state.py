"""The dialogue's state and history, as they stand in the store."""

from __future__ import annotations

from typing import Any

import msgspec

from botcore.types import Role, WhileAnswering

SCHEMA = 1
"""Version of the stored form. A newer one than this is refused, never dropped."""


class Expectation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dialogue in progress: who hears the next message first."""

    plugin: str
    followup: str
    data: dict[str, Any] = {}


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model made of the earlier turns, for its own prompts. Not shown to people."""

    text: str
    facts: tuple[str, ...] = ()
    """Each has its words and values in what was said."""
    until: str = ""
    """Id of the last history entry that it covers."""


class ConversationState(msgspec.Struct, omit_defaults=True):
    """State of one conversation. Mutable, since a turn works on its own copy and commits it as a whole."""

    schema: int = SCHEMA
    language: str = ""
    """Language of the last message whose language was certain, as an ISO 639-1 code."""
    language_fixed: bool = False
    """The person chose it by /lang."""
    time_zone: str = ""
    """IANA name, where the person chose it by /timezone."""
    expecting: Expectation | None = None
    while_answering: WhileAnswering | None = None
    """Chosen for this conversation; None where each plugin's own choice counts."""
    offered: tuple[str, ...] = ()
    """The choices of the last answer, where the channel numbered them."""
    person: str = ""
    """Id of the first person who took part; by it a person's conversations are found when they are to be erased."""
    shared: bool = False
    """Others took part too."""
    summary: Summary | None = None
    plugins: dict[str, dict[str, Any]] = {}
    """What each plugin keeps, under its own name."""

    def afresh(self) -> ConversationState:
        """The state of a new conversation with what stays for good: who takes part, language and time zone."""
        fixed = self.language_fixed
        return ConversationState(
            language=self.language if fixed else "",
            language_fixed=fixed,
            time_zone=self.time_zone,
            person=self.person,
            shared=self.shared,
        )

    def note(self, person: str) -> None:
        """This person takes part."""
        self.person = self.person or person
        self.shared = self.shared or self.person != person


class HistoryEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the past."""

    role: Role
    text: str
    at: float
    id: str = ""
    """The event's id, or the outgoing message's key."""
    plugin: str = ""
    in_reply_to: str = ""
    """Of what the bot said: id of the message that it answers, the last one where several were answered together."""
    joined: bool = False
    """It was answered together with the entry that follows."""
    changes: tuple[str, ...] = ()
    """Ids of the edits after which it reads as it does."""
    by: str = ""
    """Id of the person who wrote it, or to whom the bot said it; empty where nobody noted it."""
