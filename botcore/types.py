"""The words of the domain: what comes in, what goes out. All of it frozen.

Times are Unix seconds. Ids are the channel's own, unique within one channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

Role = Literal["user", "assistant", "human"]
"""Who says a message: the person, the bot, or a member of the team."""

WhileAnswering = Literal["queue", "merge", "interrupt"]
"""What becomes of a message that comes while the bot is answering: it waits for its own turn; it becomes one turn
with the others that come within 0.8 s; or it ends the answer in progress."""


class Address(msgspec.Struct, frozen=True, order=True):
    """Where a conversation takes place. One address, one conversation, one order of messages."""

    channel: str
    """Name of the channel, without a colon: `web`, `telegram`, `cli`."""
    chat: str
    """The channel's own id of the chat; any text."""

    def __str__(self) -> str:
        return f"{self.channel}:{self.chat}"

    @classmethod
    def parse(cls, text: str) -> Address:
        channel, _, chat = text.partition(":")
        return cls(channel, chat)


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who writes. `id` is unique within the channel."""

    id: str
    name: str = ""
    locale: str = ""
    """What the channel knows of the person's language, as a BCP 47 tag, or nothing."""
    roles: tuple[str, ...] = ()


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file beside a text. Either `data` holds the bytes or `url` says where they are."""

    name: str
    media_type: str
    data: bytes = b""
    url: str = ""
    alt: str = ""
    """What a person who can't see it should hear."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that an answer rests on."""

    title: str
    uri: str
    snippet: str = ""
    score: float = 0.0


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message to the person. `text` is Markdown; pressing a button says its text."""

    text: str = ""
    buttons: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()
    sources: Sequence[Source] = ()


class Rate(msgspec.Struct, frozen=True):
    """How fast a service lets itself be spoken to. What has one `name` counts together."""

    name: str
    per_second: float
    burst: int
    """Messages that may go at once after a silence."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="event", kw_only=True):
    """Something that happened in a conversation. The same `id` again is the same event."""

    id: str
    address: Address
    person: Person
    at: float


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One earlier message of a conversation, told by a client that keeps the history itself."""

    role: Role
    text: str


class Message(Event, frozen=True, tag="message", kw_only=True):
    """The person wrote something."""

    text: str
    attachments: Sequence[Attachment] = ()
    before: Sequence[Said] = ()
    """History that the client brings along; used only where the conversation is new."""


class Edited(Event, frozen=True, tag="edited", kw_only=True):
    """The person changed what they had written. `id` is of this change, so that each change is one event."""

    message: str
    """Id of the `Message` that was changed."""
    text: str
    attachments: Sequence[Attachment] = ()


class Deleted(Event, frozen=True, tag="deleted", kw_only=True):
    """The person took back what they had written."""

    message: str
    """Id of the `Message` that is gone."""


class Reacted(Event, frozen=True, tag="reacted", kw_only=True):
    """The person reacted to a message, or took a reaction back."""

    message: str
    """Key of the outgoing message where the channel knows it, else the channel's own id."""
    added: tuple[str, ...] = ()
    """Emoji, or the channel's name of its own: `👍`, `:party_parrot:`."""
    removed: tuple[str, ...] = ()


class Started(Event, frozen=True, tag="started", kw_only=True):
    """The person opened the conversation and has not said anything yet."""


class Timer(Event, frozen=True, tag="timer", kw_only=True):
    """The time has come that a plugin asked for with `ctx.schedule`. `person` is the one whose message made it ask."""

    plugin: str
    name: str
    due: float
    """When it was to be; `at` is when it was asked for."""
    data: dict[str, Any] = {}


AnyEvent = Message | Edited | Deleted | Reacted | Started | Timer


class TurnSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bot made of one event: for `ask --json`, the operator and the trace."""

    trace_id: str
    plugin: str = ""
    handler: str = ""
    intent: str = ""
    score: float = 0.0
    by: str = ""
    """Which stage decided: command, followup, pattern, classifier, fallback, ..."""
    language: str = ""
    timings_ms: dict[str, float] = {}
    stages: tuple[str, ...] = ()
    """How the intent was found: what each stage that had to judge said, in their order. No text of the person."""


class Outgoing(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message on its way to a channel.

    `key` is `address:version.trace:index`: the same for every attempt to send it, and the id under which the
    deltas of a growing answer were published before.
    """

    key: str
    address: Address
    reply: Reply
    role: Role = "assistant"
    in_reply_to: str = ""
    """Id of the event that it answers."""
    replaces: str = ""
    """Key of an earlier message whose place it takes: edited where the channel can, else sent as a new one. With an empty
    reply that message is taken away where the channel can, else it stays."""
    incomplete: bool = False
    """It was cut short; its text says so in the person's language."""
    summary: TurnSummary | None = None
    """On the last message of a turn. A turn without messages has one with an empty reply."""
    at: float = 0.0
