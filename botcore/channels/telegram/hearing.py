"""Brings what people do to the intake, and tells them what could not be taken."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

import msgspec
import structlog

from botcore.channels.base import Intake
from botcore.channels.telegram.albums import Albums, Gathering
from botcore.channels.telegram.aside import Aside
from botcore.channels.telegram.choices import Choices
from botcore.channels.telegram.files import Fetched, Files
from botcore.channels.telegram.incoming import Deed, Erasure, Incoming, Membership, Reaction
from botcore.channels.telegram.lanes import Lanes
from botcore.channels.telegram.moving import Moving
from botcore.channels.telegram.options import Notices, TelegramOptions
from botcore.channels.telegram.places import CHANNEL
from botcore.channels.telegram.previews import Expected, Previews
from botcore.channels.telegram.reading import Reader
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.sending import Sending
from botcore.channels.telegram.setup import STOP_COMMAND
from botcore.channels.telegram.shown import Shown
from botcore.channels.telegram.updates import number_of, parse_update
from botcore.conversation import clean_text
from botcore.errors import MailboxFull, RateLimited, StoreError, StoreUnavailable
from botcore.types import AnyEvent, Deleted, Edited, Message, Reacted, Started

log = structlog.get_logger()

GREETED = "telegram:greeted"
"""Key under which it is kept that a customer of a business account knows whom they talk to."""


class Question(msgspec.Struct, frozen=True):
    """What an answer should know of what it answers."""

    message_id: int = 0
    locale: str = ""


class Hearing:
    """`reader` and `intake` once the bot has been introduced."""

    def __init__(
        self,
        options: TelegramOptions,
        reader: Reader,
        intake: Intake,
        *,
        notices: Callable[[str], Notices],
        aside: Aside,
        files: Files,
        previews: Previews,
        sending: Sending,
        shown: Shown,
        choices: Choices,
        moving: Moving,
    ) -> None:
        self._options = options
        self._reader = reader
        self._intake = intake
        self._notices = notices
        self._aside = aside
        self._files = files
        self._previews = previews
        self._sending = sending
        self._shown = shown
        self._choices = choices
        self._moving = moving
        self._albums = Albums()
        self._lanes = Lanes()
        self._greeted: Recent[bool] = Recent()
        self._questions: Recent[Question] = Recent()
        """By the id of the event."""

    def question(self, event_id: str) -> Question:
        return self._questions.get(event_id) or Question()

    async def take(self, raw: object) -> None:
        """Hand one update to the intake. Raises StoreError where it must come again; any other fault is logged."""
        try:
            update = parse_update(raw)
            deed = self._reader.read(update, time.time())
            await self._moving.note(update)
            if deed:
                await self._take(await self._moving.placed(deed))
        except StoreError:
            raise
        except msgspec.ValidationError as error:
            log.warning(
                "an update can't be read and is passed over", update=number_of(raw), reason=str(error)
            )
        except Exception:
            log.exception("an update is passed over, because of a fault", update=number_of(raw))

    async def _take(self, deed: Deed) -> None:
        if isinstance(deed, Incoming) and await self._stops(deed):
            return
        if isinstance(deed, Incoming) and deed.album:
            await self._gather(deed)
            return
        async with self._lanes.of(deed.place.chat):
            match deed:
                case Incoming():
                    await self._said(deed)
                case Reaction():
                    await self._reacted(deed)
                case Erasure():
                    await self._erased(deed)
                case Membership():
                    await self._moved(deed)

    async def _stops(self, incoming: Incoming) -> bool:
        """Whether it only ended the answer in progress: that must not wait behind other mail."""
        if not (incoming.stops or incoming.text.strip() == f"/{STOP_COMMAND}"):
            return False
        stopped = await self._previews.stop(incoming.place)
        self._aside.answer_press(incoming)
        return stopped or incoming.stops

    async def _gather(self, incoming: Incoming) -> None:
        """Returns once the whole album is durable."""
        album, opened = self._albums.join(incoming)
        if not opened:
            await asyncio.shield(album.over)
            return
        try:
            async with self._lanes.of(incoming.place.chat):
                await album.quiet(self._options.album_seconds)
                self._albums.close(incoming)
                await self._gathered(album)
            album.end()
        except Exception as error:
            album.fail(error)
            raise
        finally:
            self._albums.close(incoming)
            album.fail(StoreUnavailable("The album was not handed on; it must come again."))

    async def _gathered(self, album: Gathering) -> None:
        whole = album.whole()
        if whole.meant:
            self._reader.learn_album(whole.id, album.members)
            await self._said(whole)

    async def _said(self, incoming: Incoming) -> None:
        notices = self._notices(incoming.person.locale)
        self._sending.reopen(incoming.place)
        if incoming.press and not incoming.text:
            self._aside.answer_press(incoming, notices.old_button)
            return
        fetched = await self._files.fetch(incoming.files)
        self._tell_of_files(incoming, fetched, notices)
        if fetched.nothing and not incoming.text.strip():
            return
        self._questions.put(incoming.id, Question(incoming.message_id, incoming.person.locale))
        self._previews.begin(incoming.place, incoming.id, Expected(notices.stop, grows=not incoming.changes))
        try:
            await self._greet(incoming)
            said = self._choices.said(incoming.place.address, incoming.text)
            await self._hand_on(_event(msgspec.structs.replace(incoming, text=said), fetched), incoming)
        except (MailboxFull, RateLimited) as refusal:
            await self._previews.dropped(incoming.place, incoming.id)
            template = notices.mailbox_full if isinstance(refusal, MailboxFull) else notices.rate_limited
            text = template.format(seconds=max(1, math.ceil(refusal.retry_after)))
            self._aside.refuse(incoming, text, refusal.retry_after)
        except StoreError:
            await self._previews.dropped(incoming.place, incoming.id)
            raise
        except Exception:
            await self._previews.dropped(incoming.place, incoming.id)
            self._aside.tell(incoming, notices.failed)
            raise
        else:
            self._aside.answer_press(incoming)

    def _tell_of_files(self, incoming: Incoming, fetched: Fetched, notices: Notices) -> None:
        limit = self._options.file_bytes // 1_000_000
        lines = [notices.file_too_large.format(name=name, limit=limit) for name in fetched.too_large]
        lines += [notices.file_failed.format(name=name) for name in fetched.failed]
        if lines:
            self._aside.tell(incoming, "\n".join(lines)[:4000])

    async def _greet(self, incoming: Incoming) -> None:
        """Customers of a business account press no "Start": before their first message the conversation is opened."""
        place = incoming.place
        if not place.business or self._greeted.get(str(place.address)):
            return
        if not await self._shown.of(place, GREETED):
            await self._hand_on(_opened(incoming), incoming)
        await self._shown.keep(place, GREETED, [GREETED])  # the record keeps the newest
        self._greeted.put(str(place.address), True)

    async def _reacted(self, reaction: Reaction) -> None:
        key, address = await self._shown.found(reaction.place, reaction.message_id)
        if not key and not reaction.place.private:
            return  # to what somebody else wrote
        event = Reacted(
            id=reaction.id,
            address=address,
            person=reaction.person,
            at=reaction.at,
            message=key or f"tg:{reaction.place.chat}.{reaction.message_id}",
            added=reaction.added,
            removed=reaction.removed,
        )
        await self._quietly(event, reaction)

    async def _erased(self, erasure: Erasure) -> None:
        """One event each. They count for no limit: what a person takes back is taken back."""
        for message in erasure.messages:
            event = Deleted(
                id=f"{erasure.id}.{message.rpartition('.')[2]}",
                address=erasure.place.address,
                person=erasure.person,
                at=erasure.at,
                message=message,
            )
            try:
                await self._intake(event)
            except MailboxFull as full:
                raise StoreUnavailable(str(full)) from full  # comes again

    async def _moved(self, membership: Membership) -> None:
        if not membership.inside:
            self._sending.close(membership.place, "the bot was blocked or removed")
            return
        self._sending.reopen(membership.place)
        if not membership.was_inside and not membership.place.private:
            await self._quietly(_opened(membership), membership)

    async def _quietly(self, event: AnyEvent, deed: Deed) -> None:
        """For what nobody expects an answer to: too much of it is passed over."""
        try:
            await self._hand_on(event, deed)
        except (MailboxFull, RateLimited) as refusal:
            log.info("an event is passed over", id=event.id, reason=str(refusal))

    async def _hand_on(self, event: AnyEvent, deed: Deed) -> None:
        await self._intake(event, limit_key=f"{CHANNEL}:{deed.person.id}")


def _event(incoming: Incoming, fetched: Fetched) -> AnyEvent:
    id, address, person, at = incoming.id, incoming.place.address, incoming.person, incoming.at
    text, files = clean_text(incoming.text), fetched.attachments
    if incoming.changes:
        return Edited(
            id=id,
            address=address,
            person=person,
            at=at,
            message=incoming.changes,
            text=text,
            attachments=files,
        )
    if incoming.place.private and text.strip() == "/start":
        return Started(id=id, address=address, person=person, at=at)
    return Message(id=id, address=address, person=person, at=at, text=text, attachments=files)


def _opened(deed: Deed) -> Started:
    return Started(id=f"{deed.id}.start", address=deed.place.address, person=deed.person, at=deed.at)
