"""Shows what a reply is made of, each message once where that can be had.

Telegram has no idempotency key. A call whose outcome is unknown is repeated once: the person sees that message once or
twice, and more often not at all costs. Edits may be repeated freely, so that what is known to be shown is edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import structlog

from botcore.channels.rendering import CAPTION, TelegramPart
from botcore.channels.rendering.telegram import TELEGRAM
from botcore.channels.telegram.api import Api, message_id_of
from botcore.channels.telegram.buttons import keyboard
from botcore.channels.telegram.failures import Closed, Refused
from botcore.channels.telegram.items import Item, caption_of, kind_of
from botcore.channels.telegram.options import Notices
from botcore.channels.telegram.patience import Patience
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.shown import PREVIEW, UNKNOWN, Shown
from botcore.channels.telegram.tries import Tries
from botcore.types import Address, Attachment, Outgoing

log = structlog.get_logger()

TEXT_UNITS, CAPTION_UNITS = TELEGRAM.units, CAPTION.units
"""Lengths that Telegram takes, in UTF-16 units."""


class Progress(msgspec.Struct):
    """How far the messages of one outgoing have come; survives a failed `send`. Mutable, since it counts."""

    address: Address
    key: str
    known: Sequence[str]
    """What an earlier process showed of it, item by item."""
    old: list[str]
    """Messages that are shown and may be edited, oldest first: previews, earlier tries, the answer that it replaces."""
    ids: list[str] = []
    """What shows each item that is done."""


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
    """`undeliverable` counts for the operator."""

    def __init__(self, api: Api, patience: Patience, moves: Moves, shown: Shown, tries: Tries) -> None:
        self._api = api
        self._patience = patience
        self._moves = moves
        self._shown = shown
        self._tries = tries
        self._progress: Recent[Progress] = Recent()
        self._closed: set[Place] = set()
        self.undeliverable = 0
        """Messages that Telegram refused for good."""

    def reopen(self, place: Place) -> None:
        """The person has written again."""
        self._closed.discard(place.whole)

    def close(self, place: Place, reason: str) -> None:
        """Nothing is sent there until the person writes again."""
        self._closed.add(place.whole)
        log.warning(
            "a chat is closed to the bot until the person writes again", chat=place.chat, reason=reason
        )

    async def send(self, outgoing: Outgoing, target: Target, items: list[Item], notices: Notices) -> None:
        """Send what is not sent yet. Raises TelegramFailure or StoreError where another try may work."""
        if (not items and not outgoing.replaces) or target.place.whole in self._closed:
            return
        progress = self._progress.get(outgoing.key) or await self._begin(outgoing, target)
        self._progress.put(outgoing.key, progress)
        try:
            for item in items[len(progress.ids) :]:
                aim = target if not progress.ids else Target(target.place, repeated=target.repeated)
                progress.ids.append(await self._item(aim, item, progress, notices))
                await self._shown.keep(target.place, outgoing.key, progress.ids)
            while progress.old:
                await self._delete(target.place, progress.old.pop())
        except Closed as closed:
            self.close(target.place, str(closed))

    async def _begin(self, outgoing: Outgoing, target: Target) -> Progress:
        known = await self._shown.of(target.place, outgoing.key)
        replaced = await self._shown.of(target.place, outgoing.replaces) if outgoing.replaces else ()
        previews = [str(target.preview)] if target.preview else []
        old = dict.fromkeys(id.removeprefix(PREVIEW) for id in (*previews, *known, *replaced))
        whole = known if not any(id.startswith(PREVIEW) for id in known) else ()
        return Progress(outgoing.address, outgoing.key, whole, [id for id in old if id.isdecimal()])

    async def _item(self, target: Target, item: Item, progress: Progress, notices: Notices) -> str:
        if isinstance(item, TelegramPart):
            return await self._text(target, item, progress)
        done = progress.known[len(progress.ids) : len(progress.ids) + 1]
        if done and done[0] in progress.old:  # sent before the process ended
            progress.old.remove(done[0])
            return done[0]
        return await self._file(target, item, progress, notices)

    async def _text(self, target: Target, part: TelegramPart, progress: Progress) -> str:
        content = _content(part)
        if progress.old:
            old = progress.old.pop(0)
            if await self._replaced(target.place, old, content):
                return old
        try:
            return await self._post(target, "sendMessage", progress, **content)
        except Refused as refused:
            if not part.entities:
                self._undeliverable(target.place, refused)
                return UNKNOWN
            log.warning("Telegram refused a text with its form; it goes out plain", reason=str(refused))
            return await self._text(target, TelegramPart(part.text, (), part.buttons), progress)

    async def _replaced(self, place: Place, old: str, content: dict[str, Any]) -> bool:
        """Whether the message shows the new text now; one that can't be edited is taken away."""
        try:
            await self._patience.until_done(
                place,
                lambda now: self._api.call(
                    "editMessageText", **now.as_parameters(), message_id=int(old), **content
                ),
            )
        except Refused as refused:
            if not refused.says("not modified"):
                await self._delete(place, old)
                return False
        return True

    async def _delete(self, place: Place, old: str) -> None:
        """What can't be deleted (it is older than two days, say) stays."""
        now = self._moves.now(place)
        method, which = "deleteMessage", {"message_id": int(old)}
        about: dict[str, Any] = {**now.as_parameters(), **which}
        if now.business:
            method = "deleteBusinessMessages"
            about = {"business_connection_id": now.business, "message_ids": [int(old)]}
        with suppress(Refused):
            await self._patience.until_done(place, lambda _: self._api.call(method, **about))

    async def _file(
        self, target: Target, attachment: Attachment, progress: Progress, notices: Notices
    ) -> str:
        caption = caption_of(attachment)
        try:
            kind = kind_of(attachment)
            if kind != "document":
                try:
                    return await self._upload(target, kind, attachment, caption, progress)
                except Refused as refused:
                    log.info("goes out as a file", name=attachment.name, kind=kind, reason=str(refused))
            return await self._upload(target, "document", attachment, caption, progress)
        except Refused as refused:
            self._undeliverable(target.place, refused)
            return await self._text(
                target, TelegramPart(notices.not_sent.format(name=attachment.name)), progress
            )

    async def _upload(
        self, target: Target, kind: str, attachment: Attachment, caption: str, progress: Progress
    ) -> str:
        return await self._post(
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
    ) -> str:
        """The message's id. Raises Refused where neither the topic nor the quoted message is to blame."""
        answers = _answering(target.answers)

        async def send(now: Place, repeated: bool) -> Any:
            said = _marked(content, target.repeated) if repeated else content
            about = {**now.as_parameters(), "message_thread_id": now.thread, **answers, **said}
            if file is None:
                return await self._api.call(method, **about)
            field = method.removeprefix("send").lower()
            return await self._api.upload(method, field, file.name, file.media_type, file.data, **about)

        async def call(now: Place) -> Any:
            part = len(progress.ids)
            return await self._tries.make(progress.address, progress.key, part, partial(send, now))

        place = target.place
        try:
            sent = await self._patience.until_done(place, call)
        except Refused as refused:
            if not (place.thread and refused.says("thread not found", "topic_deleted", "topic_closed")):
                raise
            sent = await self._patience.until_done(place.whole, call)
        return str(message_id_of(sent) or UNKNOWN)


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


def _answering(message_id: int) -> dict[str, Any]:
    if not message_id:
        return {}
    return {"reply_parameters": {"message_id": message_id, "allow_sending_without_reply": True}}
