"""What the web server is made of: everything that a route needs comes in here, and nothing is global."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from botcore.channels.base import Intake
from botcore.delivery.base import Live
from botcore.i18n.texts import Catalog
from botcore.web.sessions import SessionStore

STATIC = Path(__file__).parent / "static"
MEBIBYTE = 1024 * 1024


class Readiness(msgspec.Struct, frozen=True):
    """Whether messages can be taken, and how each part is: `ok`, or a sentence that says what is wrong."""

    takes_messages: bool
    parts: Mapping[str, str] = {}

    @property
    def status(self) -> str:
        if not self.takes_messages:
            return "unavailable"
        return "ok" if all(part == "ok" for part in self.parts.values()) else "degraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """Bounds of one process. Seconds and bytes where nothing else is said."""

    body_bytes: int = 10 * MEBIBYTE
    """Of a message or chat with its attachments, in their base64 form."""
    text_characters: int = 20_000
    body_seconds: float = 30.0
    """For a whole body to arrive."""
    store_seconds: float = 15.0
    """For the store to say that a message is durable."""
    write_seconds: float = 30.0
    """For a reader of a stream to take the next event; a slower one is cut off and may resume."""
    stream_seconds: float = 3600.0
    """After which a stream ends, so that the client comes again and its token is checked again."""
    answer_seconds: float = 300.0
    """For `/v1/chat/completions` to wait for the end of a turn, the queue before it included."""
    parallel_chats: int = 32
    """Of one key on `/v1/chat/completions`."""
    sessions_per_minute: int = 600
    """New ones of one network address; 0 for no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """The collaborators of the web server."""

    intake: Intake
    live: Live
    sessions: SessionStore
    readiness: Callable[[], Awaitable[Readiness]]
    texts: Catalog
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    api_keys: Sequence[str] = ()
    """`web.api_keys`: who may use `/v1`."""
    origins: Sequence[str] = ()
    """`web.origins`: pages elsewhere that may use `/api/v1` from a browser."""
    limits: WebLimits = WebLimits()
    static: Path = STATIC
    title: str = ""
    """`web.title`: what the page calls the bot."""
