"""What a visitor can do, whichever way it comes: begin, say something, stop the answer."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from botcore.errors import BotcoreError, StoreUnavailable
from botcore.types import Address, AnyEvent, Attachment, Message, Person, Started
from botcore.web.bodies import check_text, decode_data_url
from botcore.web.metrics import WebMetrics
from botcore.web.parts import WebParts
from botcore.web.sessions import Session

CHANNEL = "web"
# `$` alone would let a line break stand at the end.
Line = r"^[^\x00-\x1f\x7f]*$(?!\n)"
MediaType = r"^[\w.+-]{1,60}/[\w.+-]{1,60}(;[\x20-\x7e]{0,60})?$(?!\n)"
Locale = r"^[A-Za-z0-9-]{0,35}$(?!\n)"


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /api/v1/sessions`."""

    locale: Annotated[str, msgspec.Meta(pattern=Locale)] = ""
    name: Annotated[str, msgspec.Meta(max_length=80, pattern=Line)] = ""


class NewAttachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file: its bytes in `data` as base64, or in `url` as a `data:` address."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=Line)]
    media_type: Annotated[str, msgspec.Meta(pattern=MediaType)] = "application/octet-stream"
    data: bytes = b""
    url: str = ""
    alt: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /api/v1/messages`. The same `id` again is the same message."""

    text: str = ""
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=Line)] | None = None
    attachments: Annotated[list[NewAttachment], msgspec.Meta(max_length=10)] = []


class Doorway:
    """Hands events to the intake with a deadline, and counts what became of them."""

    def __init__(self, parts: WebParts, metrics: WebMetrics) -> None:
        self._intake = parts.intake
        self._seconds = parts.limits.store_seconds
        self._metrics = metrics

    async def accept(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        """Returns once the event is durable. Raises what the intake raises; StoreUnavailable past the deadline."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._intake(event, limit_key=limit_key, shown=shown)
        except TimeoutError:
            self._metrics.messages.labels("rejected").inc()
            raise StoreUnavailable(f"the store took longer than {self._seconds:.0f} s") from None
        except BotcoreError:
            self._metrics.messages.labels("rejected").inc()
            raise
        self._metrics.messages.labels("accepted").inc()


class Visits:
    """The visitors' side of the web channel. The chat of an address is the session's id."""

    def __init__(self, parts: WebParts, doorway: Doorway) -> None:
        self._sessions = parts.sessions
        self._live = parts.live
        self._doorway = doorway
        self._text_limit = parts.limits.text_characters

    async def begin(self, new: NewSession) -> tuple[Session, str]:
        """A session with its token, and a greeting on its way. Nothing is left where the intake refuses."""
        session, token = await self._sessions.create(name=new.name, locale=new.locale)
        started = Started(
            id=f"{session.id}:start", address=address_of(session), person=_person(session), at=time.time()
        )
        try:
            await self._doorway.accept(started)
        except BaseException:
            await self._sessions.forget(session.id)
            raise
        return session, token

    async def say(self, session: Session, new: NewMessage) -> str:
        """The id of the message, which is durable now and shown to every reader of the session."""
        attachments = [_attachment(one) for one in new.attachments]
        check_text(new.text, attachments, self._text_limit)
        id = new.id or uuid.uuid4().hex
        address = address_of(session)
        message = Message(
            id=f"{session.id}:{id}",
            address=address,
            person=_person(session),
            at=time.time(),
            text=new.text,
            attachments=attachments,
        )
        await self._doorway.accept(message, limit_key=str(address), shown=said(id, message))
        return id

    async def stop(self, session: Session) -> None:
        """End the answer in progress. No-op where there is none."""
        await self._live.stop(address_of(session))


def address_of(session: Session) -> Address:
    return Address(CHANNEL, session.id)


def said(id: str, message: Message) -> dict[str, Any]:
    """The person's own message as an event. Files are named but not repeated."""
    return {
        "id": id,
        "text": message.text,
        "role": "user",
        "in_reply_to": "",
        "buttons": [],
        "attachments": [
            {"name": one.name, "media_type": one.media_type, "url": "", "alt": one.alt}
            for one in message.attachments
        ],
        "sources": [],
        "incomplete": False,
        "at": message.at,
    }


def _person(session: Session) -> Person:
    return Person(id=session.id, name=session.name, locale=session.locale)


def _attachment(new: NewAttachment) -> Attachment:
    data = new.data
    if new.url:
        _, data = decode_data_url(new.url, param="attachments")
    return Attachment(name=new.name, media_type=new.media_type, data=data, alt=new.alt)
