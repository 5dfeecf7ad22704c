"""Puts the messages of an answer into their chat, each once, whatever is repeated."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import msgspec
import structlog

from botcore.channels.discord.buttons import view_of
from botcore.channels.discord.interactions import Open
from botcore.channels.discord.library import FAILURES, discord
from botcore.channels.discord.parts import Part
from botcore.errors import ChannelError

log = structlog.get_logger()

REFUSED_STATUS = 400
UNKNOWN_WEBHOOK = 10015
EXPIRED_TOKEN = 50027
"""Code of an interaction that is closed; its status 401 would mean the bot's own token elsewhere."""
ACKNOWLEDGED_WITHIN = 5.0
"""Seconds in which Discord may not know an interaction's token yet, since its acknowledgement is on the way."""
PLACE = "@original"
"""Discord's name for the message in the place of "is thinking"."""

Keep = Callable[[Sequence[str]], Awaitable[None]]
PlaceFor = Callable[[Open, str], Awaitable[bool]]


class Undeliverable(Exception):
    """Discord understood and said no; another try would be refused too."""

    def __init__(self, error: discord.HTTPException) -> None:
        super().__init__(f"{error.status} {error.code}: {error.text}")
        self.status = error.status
        self.code = error.code


def nonce_of(key: str, part: int) -> str:
    """25 characters at most, the same for every attempt: by it Discord knows a repeated message."""
    return hashlib.sha256(f"{key}:{part}".encode()).hexdigest()[:25]


@contextmanager
def errors_told() -> Iterator[None]:
    """Raises ChannelError where another try may work, Undeliverable where none will."""
    try:
        yield
    except discord.HTTPException as error:
        later = error.status in {401, 408, 429} or error.status >= 500
        if later and error.code != EXPIRED_TOKEN:
            raise ChannelError(f"Discord did not take a message: {error.status} {error.text}") from error
        raise Undeliverable(error) from error
    except FAILURES as error:
        raise ChannelError(f"Discord did not take a message: {error}") from error


async def _nothing(ids: Sequence[str]) -> None:
    """Where nothing outlives the process."""


async def _nowhere(opened: Open, key: str) -> bool:
    return False


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the bot on its way: where it goes, and what of it stands there already."""

    client: discord.Client
    chat: str
    key: str
    opened: Open | None = None
    """The interaction that it answers."""
    place_for: PlaceFor = _nowhere
    """See `OpenInteractions.place_for`."""
    reply_to: int = 0
    preview: int = 0
    """The message that shows how far the answer had come."""
    standing: Sequence[str] = ()
    """Messages whose place it takes, first to last."""
    keep: Keep = _nothing
    """Told after each part which messages show the answer."""

    async def post(self, parts: Sequence[Part]) -> None:
        """Show all parts. Raises ChannelError where another try may work.

        What Discord refuses for good is logged and left out.
        """
        ids: list[str] = []
        for index, part in enumerate(parts):
            try:
                id = await self._part(index, part)
            except Undeliverable as refusal:
                if refusal.status != REFUSED_STATUS or not part.text:
                    log.warning(
                        "Discord refuses a message; it is left out", key=self.key, reason=str(refusal)
                    )
                    return
                id = await self._as_file(index, part, refusal)
            ids.append(id)
            await self.keep([*ids, *self.standing[len(ids) :]])
        out_of_date = list(self.standing[len(ids) :])
        for id in out_of_date:
            await self._take_away(id)
        if out_of_date:
            await self.keep(ids)
        if self.preview and str(self.preview) not in ids:
            await self._take_away(str(self.preview))

    async def _part(self, index: int, part: Part) -> str:
        """Id of the message that shows it."""
        if index < len(self.standing):
            id = self.standing[index]
            if await self._edited(id, part):
                return id
        if index == 0 and self.opened and await self.place_for(self.opened, self.key):
            try:
                return await self._in_place(self.opened, part)
            except Undeliverable as refusal:
                if refusal.status == REFUSED_STATUS:
                    raise
                log.info("an interaction is closed; its answer goes to the channel", reason=str(refusal))
        elif index == 0 and self.preview and await self._edited(str(self.preview), part):
            return str(self.preview)
        return await self._anew(index, part)

    async def _anew(self, index: int, part: Part) -> str:
        if self.opened and self.opened.private and await self.opened.acknowledged():
            return await self._follow_up(self.opened, part)
        try:
            return str(await self._send(index, part))
        except Undeliverable as refusal:
            if self.opened is None or refusal.status == REFUSED_STATUS:
                raise
            if not await self.opened.acknowledged():
                raise
            return await self._follow_up(self.opened, part)

    async def _send(self, index: int, part: Part) -> int:
        place = self.client.get_partial_messageable(int(self.chat))
        reply_to = 0 if index else self.reply_to
        nonce = nonce_of(self.key, index)
        with errors_told():
            posted = await place.send(
                part.text, nonce=nonce, **_reference(reply_to, self.chat), **_view(part), **_files(part)
            )
            if _differs(posted, part):
                # The nonce was known: an attempt before, or the preview of this answer.
                posted = await posted.edit(**_edit(part))
        return posted.id

    async def _edited(self, id: str, part: Part) -> bool:
        """Whether the message could be made this one; False where somebody has deleted it, or it is out of reach."""
        if self.opened and (self.opened.private or id == PLACE):
            return await self._edited_by_token(self.opened, id, part)
        message = self.client.get_partial_messageable(int(self.chat)).get_partial_message(int(id))
        try:
            with errors_told():
                await message.edit(**_edit(part))
        except Undeliverable as refusal:
            if refusal.status == REFUSED_STATUS:
                raise
            return False
        return True

    async def _take_away(self, id: str) -> None:
        try:
            with errors_told():
                await self.client.http.delete_message(int(self.chat), int(id))
        except Undeliverable as refusal:
            log.info("a message that is out of date can't be taken away", reason=str(refusal))

    # By an interaction's token

    async def _in_place(self, opened: Open, part: Part) -> str:
        return str(await self._edit_by_token(opened, PLACE, part))

    async def _edited_by_token(self, opened: Open, id: str, part: Part) -> bool:
        try:
            await self._edit_by_token(opened, id, part)
        except Undeliverable as refusal:
            if refusal.status == REFUSED_STATUS:
                raise
            return False
        return True

    async def _edit_by_token(self, opened: Open, id: str, part: Part) -> int:
        try:
            with errors_told():
                place: Any = id  # a number, or PLACE, which discord.py puts into the address just so
                edited = await opened.webhook(self.client).edit_message(place, **_edit(part))
        except Undeliverable as refusal:
            if refusal.code == UNKNOWN_WEBHOOK and time.time() - opened.at < ACKNOWLEDGED_WITHIN:
                raise ChannelError(
                    "Discord does not know yet that the interaction was acknowledged"
                ) from refusal
            raise
        return int(edited.id)

    async def _follow_up(self, opened: Open, part: Part) -> str:
        """The interaction's own way: where the bot may not write by itself, or only who asked shall see it."""
        with errors_told():
            posted = await opened.webhook(self.client).send(
                part.text, wait=True, ephemeral=opened.private, **_view(part), **_files(part)
            )
        return str(posted.id)

    # Where Discord refuses

    async def _as_file(self, index: int, part: Part, refusal: Undeliverable) -> str:
        """Something in the message displeased Discord; its words still reach the person. Its id, or nothing."""
        log.warning(
            "Discord refuses the form of a message; it goes as a file", key=self.key, reason=str(refusal)
        )
        place = self.client.get_partial_messageable(int(self.chat))
        file = discord.File(BytesIO(part.text.encode()), "answer.md")
        try:
            with errors_told():
                posted = await place.send(file=file, nonce=nonce_of(f"{self.key}:file", index))
        except Undeliverable as second:
            log.warning("Discord refuses a message; it is left out", key=self.key, reason=str(second))
            return "0"
        return str(posted.id)

    # Before the answer is finished

    async def show_preview(self, text: str, stop: str) -> int:
        """How far an answer has come, with a button to end it; the id of its message, 0 in an interaction's place."""
        part = Part(text, stop=stop)
        if self.opened and await self.place_for(self.opened, self.key):
            await self._in_place(self.opened, part)
            return 0
        if self.preview:
            await self._edited(str(self.preview), part)
            return self.preview
        return await self._send(0, part)

    async def tell(self, text: str) -> None:
        """Say something that no plugin said, on a server only to who asked."""
        if self.opened and await self.opened.acknowledged():
            await self._tell_who_asked(self.opened, Part(text))
        else:
            await self._send(0, Part(text))

    async def _tell_who_asked(self, opened: Open, part: Part) -> None:
        webhook = opened.webhook(self.client)
        if opened.loading and (opened.private or not opened.on_server):
            await self._in_place(opened, part)
            return
        with errors_told():
            if opened.loading:
                await webhook.delete_message(PLACE)  # type: ignore[arg-type]  # @original is one too
            await webhook.send(part.text, wait=True, ephemeral=opened.on_server)

    async def clear(self) -> None:
        """Nobody waits for an answer that does not come."""
        opened = self.opened
        if opened is None or not opened.loading or opened.answered_by or not await opened.acknowledged():
            return
        try:
            await opened.webhook(self.client).delete_message(PLACE)  # type: ignore[arg-type]  # @original is one too
        except FAILURES as error:
            log.info("an empty answer could not be cleared away", error=str(error))


def _differs(posted: discord.Message, part: Part) -> bool:
    has_buttons = bool(part.buttons or part.stop)
    return posted.content.strip() != part.text.strip() or bool(posted.components) != has_buttons


def _reference(reply_to: int, chat: str) -> dict[str, Any]:
    if not reply_to:
        return {}
    reference = discord.MessageReference(message_id=reply_to, channel_id=int(chat), fail_if_not_exists=False)
    return {"reference": reference, "mention_author": False}


def _view(part: Part) -> dict[str, Any]:
    view = view_of(part.buttons, part.stop)
    return {"view": view} if view else {}


def _files(part: Part) -> dict[str, Any]:
    files = [
        discord.File(BytesIO(one.data), one.name, description=one.alt[:1024] or None) for one in part.files
    ]
    return {"files": files} if files else {}


def _edit(part: Part) -> dict[str, Any]:
    """Everything of the message, since an edit leaves alone what it does not name."""
    view = view_of(part.buttons, part.stop)
    return {"content": part.text, "view": view, "attachments": _files(part).get("files", [])}
