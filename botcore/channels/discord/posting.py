"""Puts the messages of an answer into their chat, each once, whatever is repeated."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import structlog

from botcore.channels.discord.buttons import view_of
from botcore.channels.discord.interactions import Open
from botcore.channels.discord.library import FAILURES, discord
from botcore.channels.discord.parts import Part
from botcore.errors import ChannelError

log = structlog.get_logger()

REFUSED_STATUS = 400
EXPIRED_TOKEN = 50027
"""Code of an interaction that is closed; its status 401 would mean the bot's own token elsewhere."""


class Undeliverable(Exception):
    """Discord understood and said no; another try would be refused too."""

    def __init__(self, error: discord.HTTPException) -> None:
        super().__init__(f"{error.status} {error.code}: {error.text}")
        self.status = error.status


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


async def post(
    client: discord.Client,
    chat: str,
    key: str,
    parts: Sequence[Part],
    *,
    opened: Open | None = None,
    reply_to: int = 0,
    shown: int = 0,
) -> None:
    """Show all parts of the message `key`. `shown` is the id of the preview that the first part finishes.

    Raises ChannelError where another try may work. What Discord refuses for good is logged and left out.
    """
    for index, part in enumerate(parts):
        try:
            await _post(client, chat, key, index, part, opened, reply_to, shown)
        except Undeliverable as refusal:
            if refusal.status != REFUSED_STATUS or not part.text:
                log.warning("Discord refuses a message; it is left out", key=key, reason=str(refusal))
                return
            await _as_file(client, chat, key, index, part, refusal)


async def _post(
    client: discord.Client,
    chat: str,
    key: str,
    index: int,
    part: Part,
    opened: Open | None,
    reply_to: int,
    shown: int,
) -> None:
    if index == 0 and opened and await opened.place_for(key):
        try:
            with errors_told():
                await opened.interaction.edit_original_response(**_edit(part))
        except Undeliverable as refusal:
            if refusal.status == REFUSED_STATUS:
                raise
            log.info("an interaction is closed; its answer goes to the channel", reason=str(refusal))
        else:
            return
    if index == 0 and shown and await _finished(client, chat, shown, part):
        return
    try:
        await _send(client, chat, nonce_of(key, index), part, 0 if index else reply_to)
    except Undeliverable as refusal:
        if opened is None or refusal.status == REFUSED_STATUS:
            raise
        await _follow_up(opened, part)


async def _send(
    client: discord.Client, chat: str, nonce: str, part: Part, reply_to: int = 0
) -> discord.Message:
    place = client.get_partial_messageable(int(chat))
    with errors_told():
        posted = await place.send(
            part.text, nonce=nonce, **_reference(reply_to, chat), **_view(part), **_files(part)
        )
        if posted.content.strip() != part.text.strip() and posted.edited_at is None:
            # The nonce was known: an attempt before, or the preview of this answer.
            posted = await posted.edit(**_edit(part))
    return posted


async def _finished(client: discord.Client, chat: str, message_id: int, part: Part) -> bool:
    """Whether the preview could be made the final message; False where somebody has deleted it."""
    preview = client.get_partial_messageable(int(chat)).get_partial_message(message_id)
    try:
        with errors_told():
            await preview.edit(**_edit(part))
    except Undeliverable as refusal:
        if refusal.status == REFUSED_STATUS:
            raise
        return False
    return True


async def _follow_up(opened: Open, part: Part) -> None:
    """Where the bot may not write by itself (it is not on that server), the interaction's own way."""
    if not await opened.acknowledged():
        return
    with errors_told():
        await opened.interaction.followup.send(part.text, **_view(part), **_files(part))


async def _as_file(
    client: discord.Client, chat: str, key: str, index: int, part: Part, refusal: Undeliverable
) -> None:
    """Something in the message displeased Discord; its words still reach the person."""
    log.warning("Discord refuses the form of a message; it goes as a file", key=key, reason=str(refusal))
    place = client.get_partial_messageable(int(chat))
    try:
        with errors_told():
            await place.send(
                file=discord.File(BytesIO(part.text.encode()), "answer.md"),
                nonce=nonce_of(f"{key}:file", index),
            )
    except Undeliverable as second:
        log.warning("Discord refuses a message; it is left out", key=key, reason=str(second))


async def preview(
    client: discord.Client, chat: str, key: str, text: str, *, opened: Open | None, reply_to: int, shown: int
) -> int:
    """Show how far an answer has come; the id of the message, 0 where it stands in an interaction's place."""
    part = Part(text)
    if opened and await opened.place_for(key):
        with errors_told():
            await opened.interaction.edit_original_response(**_edit(part))
        return 0
    if shown:
        await _finished(client, chat, shown, part)
        return shown
    return (await _send(client, chat, nonce_of(key, 0), part, reply_to)).id


async def tell(
    client: discord.Client, chat: str, text: str, *, opened: Open | None = None, reply_to: int = 0
) -> None:
    """Say something that no plugin said. Errors are logged: a notice is not worth more."""
    about = opened.interaction.id if opened else reply_to or time.time_ns()
    try:
        await _post(client, chat, f"notice {about}", 0, Part(text), opened, reply_to, 0)
    except (ChannelError, Undeliverable) as error:
        log.warning("a notice was not delivered", error=str(error))


def _reference(reply_to: int, chat: str) -> dict[str, Any]:
    if not reply_to:
        return {}
    reference = discord.MessageReference(message_id=reply_to, channel_id=int(chat), fail_if_not_exists=False)
    return {"reference": reference, "mention_author": False}


def _view(part: Part) -> dict[str, Any]:
    view = view_of(part.buttons)
    return {"view": view} if view else {}


def _files(part: Part) -> dict[str, Any]:
    files = [
        discord.File(BytesIO(one.data), one.name, description=one.alt[:1024] or None) for one in part.files
    ]
    return {"files": files} if files else {}


def _edit(part: Part) -> dict[str, Any]:
    """Everything of the message, since an edit leaves alone what it does not name."""
    return {"content": part.text, "view": view_of(part.buttons), "attachments": _files(part).get("files", [])}
