"""Persons, chats and messages of the simulated Telegram, and how they look on the wire."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["private", "group", "supergroup"]


@dataclass(frozen=True)
class FakePerson:
    id: int
    first_name: str
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False

    def as_json(self) -> dict[str, Any]:
        shown = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {"username": self.username, "language_code": self.language_code}
        return shown | {key: value for key, value in optional.items() if value}


@dataclass(eq=False)
class FakeChat:
    """Mutable: it fills with messages, and may block the bot or move."""

    id: int
    kind: Kind
    title: str
    username: str = ""
    topics: dict[str, int] = field(default_factory=dict)
    """Name -> thread id; a group that has some is a forum."""
    messages: list[FakeMessage] = field(default_factory=list)
    blocked: bool = False
    owner: FakePerson | None = None
    """Of the business account; None for the bot's own chats."""
    moved_to: FakeChat | None = None
    flooded_until: float = 0.0
    """On the clock of `time.monotonic`."""
    actions: list[str] = field(default_factory=list)
    """Chat actions that the bot showed, as `typing`."""
    draft: str = ""
    """The preview of a growing answer that the person sees now."""
    drafts: list[str] = field(default_factory=list)
    """All previews, in order."""

    @property
    def business(self) -> str:
        """Id of the business connection; empty for the bot's own chats."""
        return f"business{self.owner.id}" if self.owner else ""

    def as_json(self) -> dict[str, Any]:
        if self.kind == "private":
            name = {"first_name": self.title}
            return {"id": self.id, "type": "private", **name, **_some(username=self.username)}
        return {"id": self.id, "type": self.kind, "title": self.title, **_some(is_forum=bool(self.topics))}


@dataclass(frozen=True)
class Upload:
    """A file in the chat. `kind` is the field of the message: photo, document, voice, audio, video, animation."""

    kind: str
    name: str
    media_type: str
    data: bytes
    id: str = ""

    def as_json(self) -> Any:
        common = {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.data)}
        if self.kind == "photo":
            return [{**common, "width": 90, "height": 90}]
        shown = {**common, "mime_type": self.media_type}
        if self.kind in {"document", "audio", "video", "animation"}:
            shown["file_name"] = self.name
        if self.kind in {"voice", "audio", "video", "animation"}:
            shown["duration"] = 1
        if self.kind in {"video", "animation"}:
            shown |= {"width": 90, "height": 90}
        return shown


@dataclass(eq=False)
class FakeMessage:
    """One message as everybody in the chat sees it now. Mutable: edits change it."""

    id: int
    chat: FakeChat
    sender: FakePerson
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    upload: Upload | None = None
    thread: int | None = None
    reply_to: FakeMessage | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    edits: int = 0
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By the ids of persons."""
    at: int = field(default_factory=lambda: int(time.time()))

    @property
    def by_bot(self) -> bool:
        return self.sender.is_bot

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    def as_json(self, *, whole: bool = True) -> dict[str, Any]:
        words = "caption" if self.upload else "text"
        shown: dict[str, Any] = {
            "message_id": self.id,
            "date": self.at,
            "chat": self.chat.as_json(),
            "from": self.sender.as_json(),
            **_some(**{words: self.text, f"{words}_entities" if self.upload else "entities": self.entities}),
            **_some(business_connection_id=self.chat.business),
            **self.extra,
        }
        if self.chat.owner and self.by_bot:
            shown |= {"from": self.chat.owner.as_json(), "sender_business_bot": self.sender.as_json()}
        if self.upload:
            shown[self.upload.kind] = self.upload.as_json()
        if self.keyboard:
            shown["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.thread:
            shown |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.reply_to and whole:
            shown["reply_to_message"] = self.reply_to.as_json(whole=False)
        return shown


def _some(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
