"""Sends what a reply is made of, each message once where that can be had.

Telegram has no idempotency key. A call whose outcome is unknown is repeated once: the person sees that message once or
twice, and more often not at all costs. Edits may be repeated freely.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from botcore.channels.base import Attempts
from botcore.channels.rendering import CAPTION, TelegramPart, render_telegram
from botcore.channels.telegram.api import Api
from botcore.channels.telegram.buttons import keyboard
from botcore.channels.telegram.failures import (
    Closed,
    Flooded,
    Migrated,
    Refused,
    TelegramFailure,
    Uncertain,
    Unreached,
)
from botcore.channels.telegram.items import Item, is_photo
from botcore.channels.telegram.options import Notices, TelegramOptions
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.tries import Tries
from botcore.channels.telegram.windows import Windows
from botcore.types import Address, Attachment, Outgoing, Reply

log = structlog.get_logger()

TEXT_UNITS, CAPTION_UNITS = 4096, 1024
"""Lengths that Telegram takes, in UTF-16 units."""


class Progress(msgspec.Struct):
    """How far the messages of one outgoing have come; survives a failed `send`. Mutable, since it counts."""

    address: Address
    key: str
    done: int = 0


class Target(msgspec.Struct, frozen=True):
    """Where to send, and what the first message answers or replaces."""

    place: Place
    answers: int = 0
    """Id of the person's message, for groups; 0 for none."""
    preview: int = 0
    """Id of the message that showed the growing answer; the first text takes its place."""
    repeated: str = ""
    """What stands below a text that may be a repetition; nothing where it is just repeated."""


class Sending:
    """`uncertain` and `undeliverable` count for the operator."""

    def __init__(
        self,
        api: Api,
        options: TelegramOptions,
        windows: Windows,
        moves: Moves,
        attempts: Attempts | None = None,
    ) -> None:
        self._api = api
        self._options = options
        self._windows = windows
        self._moves = moves
        self._progress: Recent[Progress] = Recent()
        self._closed: set[int] = set()
        self.tries = Tries(attempts)
        self.undeliverable = 0
        """Messages that Telegram refused for good."""

    def reopen(self, chat: int) -> None:
        """The person has written again."""
        self._closed.discard(chat)

    async def send(self, outgoing: Outgoing, target: Target, items: list[Item], notices: Notices) -> None:
        """Send what is not sent yet. Raises TelegramFailure or StoreError where another try may work."""
        key = outgoing.key
        progress = self._progress.get(key) or Progress(outgoing.address, key)
        self._progress.put(key, progress)
        while progress.done < len(items):
            if target.place.chat in self._closed:
                return
            first = progress.done == 0
            aim = target if first else Target(target.place, repeated=target.repeated)
            try:
                await self._item(aim, items[progress.done], progress, notices)
            except Closed as closed:
                self._close(target.place.chat, closed)
                return
            progress.done += 1

    def _close(self, chat: int, closed: Closed) -> None:
        self._closed.add(chat)
        log.warning(
            "a chat is closed to the bot until the person writes again", chat=chat, reason=str(closed)
        )

    async def _item(self, target: Target, item: Item, progress: Progress, notices: Notices) -> None:
        if isinstance(item, TelegramPart):
            await self._text(target, item, progress)
        else:
            await self._file(target, item, progress, notices)

    async def _text(self, target: Target, part: TelegramPart, progress: Progress) -> None:
        content = _content(part)
        if target.preview and await self._replaced(target, content):
            return
        try:
            await self._post(target, "sendMessage", progress, **content)
        except Refused as refused:
            if not part.entities:
                self._undeliverable(target.place, refused)
                return
            log.warning("Telegram refused a text with its form; it goes out plain", reason=str(refused))
            await self._text(target, TelegramPart(part.text, (), part.buttons), progress)

    async def _replaced(self, target: Target, content: dict[str, Any]) -> bool:
        """Whether the preview has become the final text."""
        place = self._moves.now(target.place)
        try:
            await self._patiently(
                target.place,
                lambda: self._api.call(
                    "editMessageText", chat_id=place.chat, message_id=target.preview, **content
                ),
            )
        except Refused as refused:
            if not refused.says("not modified"):
                with suppress(TelegramFailure):
                    await self._api.call("deleteMessage", chat_id=place.chat, message_id=target.preview)
                return False
        return True

    async def _file(
        self, target: Target, attachment: Attachment, progress: Progress, notices: Notices
    ) -> None:
        caption = _caption(attachment)
        try:
            if is_photo(attachment):
                try:
                    await self._upload(target, "photo", attachment, caption, progress)
                    return
                except Refused as refused:
                    log.info("a picture goes out as a file", name=attachment.name, reason=str(refused))
            await self._upload(target, "document", attachment, caption, progress)
        except Refused as refused:
            self._undeliverable(target.place, refused)
            await self._text(target, TelegramPart(notices.not_sent.format(name=attachment.name)), progress)

    async def _upload(
        self, target: Target, kind: str, attachment: Attachment, caption: str, progress: Progress
    ) -> None:
        await self._post(
            target, f"send{kind.capitalize()}", progress, file=attachment, caption=caption or None
        )

    def _undeliverable(self, place: Place, refused: Refused) -> None:
        self.undeliverable += 1
        log.error("Telegram refuses a message for good", chat=place.chat, reason=str(refused))

    async def _post(
        self,
        target: Target,
        method: str,
        progress: Progress,
        *,
        file: Attachment | None = None,
        **content: Any,
    ) -> None:
        """Raises Refused where neither the topic nor the quoted message is to blame."""
        place, answers = target.place, target.answers

        async def send(repeated: bool) -> None:
            now = self._moves.now(place)
            said = _marked(content, target.repeated) if repeated else content
            about = {"chat_id": now.chat, "message_thread_id": now.thread, **_answering(answers), **said}
            if file is None:
                await self._api.call(method, **about)
                return
            field = method.removeprefix("send").lower()
            await self._api.upload(method, field, file.name, file.media_type, file.data, **about)

        def call() -> Awaitable[None]:
            return self.tries.make(progress.address, progress.key, progress.done, send)

        try:
            await self._patiently(place, call)
        except Refused as refused:
            if not (place.thread and refused.says("thread not found", "topic_deleted", "topic_closed")):
                raise
            place = Place(place.chat)
            await self._patiently(place, call)

    async def _patiently(self, place: Place, call: Callable[[], Awaitable[Any]]) -> None:
        """Until Telegram has it, or the patience ends."""
        give_up = time.monotonic() + self._options.patience_seconds
        wait = self._options.backoff_seconds
        while True:
            await self._windows.wait(self._moves.now(place).chat)
            try:
                await call()
            except Flooded as flooded:
                self._windows.shut(self._moves.now(place).chat, flooded.seconds)
                continue
            except Migrated as migrated:
                if self._moves.now(place).chat == migrated.chat:
                    raise Refused(str(migrated)) from migrated
                self._moves.learn(place.chat, migrated.chat)
                continue
            except (Uncertain, Unreached) as failure:
                _check(failure, give_up)
            else:
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, 30 * self._options.backoff_seconds)


def _check(failure: TelegramFailure, give_up: float) -> None:
    if time.monotonic() > give_up:
        raise failure


def _marked(content: dict[str, Any], line: str) -> dict[str, Any]:
    """With the line below its text, where that still fits."""
    field, most = ("text", TEXT_UNITS) if "text" in content else ("caption", CAPTION_UNITS)
    text = f"{content.get(field) or ''}\n\n{line}".strip()
    return {**content, field: text} if line and len(text.encode("utf-16-le")) // 2 <= most else content


def _content(part: TelegramPart) -> dict[str, Any]:
    entities = [msgspec.to_builtins(entity) for entity in part.entities]
    return {
        "text": part.text,
        "entities": entities or None,
        "reply_markup": keyboard(part.buttons),
        "link_preview_options": {"is_disabled": True},
    }


def _caption(attachment: Attachment) -> str:
    """What a person who can't see it should hear."""
    parts = render_telegram(Reply(attachment.alt), limits=CAPTION) if attachment.alt else []
    return parts[0].text if parts else ""


def _answering(message_id: int) -> dict[str, Any]:
    if not message_id:
        return {}
    return {"reply_parameters": {"message_id": message_id, "allow_sending_without_reply": True}}
