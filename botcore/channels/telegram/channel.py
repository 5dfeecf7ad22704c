"""Telegram: private chats, groups and topics, by long polling or by webhook."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec
import structlog

from botcore.channels.base import Attempts, Channel, Intake, ShownMessages
from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import Refused, TelegramFailure
from botcore.channels.telegram.files import Files
from botcore.channels.telegram.items import items_of
from botcore.channels.telegram.lanes import Lanes
from botcore.channels.telegram.options import Notices, TelegramOptions
from botcore.channels.telegram.places import CHANNEL, Moves, Place
from botcore.channels.telegram.polling import SILENT_SECONDS, Health, Polling, Retries
from botcore.channels.telegram.previews import Line, Previews, Watcher
from botcore.channels.telegram.reading import Incoming, Me, Reader
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.sending import Sending, Target
from botcore.channels.telegram.updates import WANTED, number_of, parse_update
from botcore.channels.telegram.webhook import TelegramWebhook
from botcore.channels.telegram.windows import Windows
from botcore.errors import MailboxFull, RateLimited, StoreError, StoreUnavailable
from botcore.types import Address, AnyEvent, Message, Outgoing, Rate, Started

log = structlog.get_logger()

NOTICE_SECONDS = 5.0
"""At least so long between two notices to one chat that it sends too much."""
WEBHOOK_SECONDS = 600.0
"""After which the webhook is set again, in case that another program took it away."""
CHAT_BURST, GROUP_BURST = 3, 5
"""Messages to one chat that may go at once after a silence."""
ASIDE = 1_000
"""Notices and answers to presses that may be under way at the same time; further ones are left out."""


class TelegramChannel(Channel):
    """`run` and `send` may be called side by side; `aclose` at the end.

    `watcher` is the live stream for previews; without it only whole answers are shown. `notices` gives the channel's own
    words in a language, as a BCP 47 tag.
    """

    name = CHANNEL

    def __init__(
        self,
        options: TelegramOptions,
        *,
        watcher: Watcher | None = None,
        notices: Callable[[str], Notices] = lambda language: Notices(),
        shown: ShownMessages | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        self._options = options
        self.sole = options.mode == "polling"  # Telegram answers a second poller with 409
        self._notices = notices
        self._shown = shown
        self._api = Api(options)
        self._windows = Windows()
        self._moves = Moves()
        self._sending = Sending(self._api, options, self._windows, self._moves, attempts)
        line = Line(self._api, self._windows, self._moves, options.edit_seconds)
        self._previews = Previews(line, watcher)
        self._previewed: Recent[int] = Recent()
        self._questions: Recent[tuple[int, str]] = Recent()
        """Event id -> the person's message and language."""
        self._files = Files(self._api, options.image_bytes)
        self._lanes = Lanes()
        expected = options.poll_seconds if options.mode == "polling" else WEBHOOK_SECONDS
        self._health = Health(expected + SILENT_SECONDS)
        self._reader: Reader | None = None
        self._intake: Intake | None = None
        self._noticed: Recent[float] = Recent()
        self._aside: set[asyncio.Task[None]] = set()
        self.webhook = TelegramWebhook(options.webhook_secret, self.take)
        """For the route `/telegram/webhook`."""

    def health(self) -> str:
        """Empty while updates come in; else a sentence with the remedy."""
        return self._health.report()

    @property
    def uncertain(self) -> int:
        """Sends whose outcome nobody knows, since the start."""
        return self._sending.tries.uncertain

    def rates(self, address: Address) -> Sequence[Rate]:
        """Topics of one forum count together."""
        place = Place.of(address)
        if place is None:
            return ()
        options, chat = self._options, f"{CHANNEL}:{place.chat}"
        everyone = Rate(CHANNEL, options.messages_per_second, max(1, int(options.messages_per_second)))
        if place.private:
            return everyone, Rate(chat, options.chat_messages_per_second, CHAT_BURST)
        return everyone, Rate(chat, options.group_messages_per_minute / 60, GROUP_BURST)

    async def run(self, intake: Intake) -> None:
        self._intake = intake
        await self._until_done(self._introduce)
        await self._until_done(self._tell_commands)
        if self._options.mode == "polling":
            await Polling(self._api, self._options, self._health, self.take).run()
        while True:
            await asyncio.sleep(WEBHOOK_SECONDS)
            await self._until_done(self._set_webhook)

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        retries = Retries(self._options)
        while True:
            try:
                await step()
            except TelegramFailure as failure:
                self._health.unwell(failure)
                await asyncio.sleep(retries.after(failure))
            else:
                self._health.well()
                return

    async def _introduce(self) -> None:
        me = await self._api.call("getMe")
        try:
            self._reader = Reader(msgspec.convert(me, Me), self._moves)
        except msgspec.ValidationError as error:
            raise Refused(f"getMe says something odd: {error}") from error
        if self._options.mode == "polling":
            await self._api.call("deleteWebhook")
        else:
            await self._set_webhook()

    async def _set_webhook(self) -> None:
        await self._api.call(
            "setWebhook",
            url=self._options.webhook_url,
            secret_token=self._options.webhook_secret,
            allowed_updates=WANTED,
        )

    async def _tell_commands(self) -> None:
        for language, commands in self._options.commands.items():
            menu = [{"command": name, "description": about[:256] or name} for name, about in commands][:100]
            try:
                await self._api.call("setMyCommands", commands=menu, language_code=language or None)
            except Refused as refused:
                log.warning("Telegram refuses the menu of commands", language=language, reason=str(refused))

    # In

    async def take(self, raw: object) -> None:
        """Hand one update to the intake. Raises StoreError where it must come again; any other fault is logged."""
        if self._reader is None or self._intake is None:
            raise StoreUnavailable("The bot is just starting; the update must come again.")
        try:
            incoming = self._reader.read(parse_update(raw), time.time())
            if incoming:
                async with self._lanes.of(incoming.place.chat):
                    await self._accept(incoming, self._intake)
        except StoreError:
            raise
        except msgspec.ValidationError as error:
            log.warning(
                "an update can't be read and is passed over", update=number_of(raw), reason=str(error)
            )
        except Exception:
            log.exception("an update is passed over, because of a fault", update=number_of(raw))

    async def _accept(self, incoming: Incoming, intake: Intake) -> None:
        notices = self._notices(incoming.person.locale)
        self._sending.reopen(incoming.place.chat)
        if incoming.press and not incoming.text:
            self._answer_press(incoming, notices.old_button)
            return
        self._questions.put(incoming.id, (incoming.message_id, incoming.person.locale))
        self._previews.begin(incoming.place, incoming.id)
        try:
            event = await self._event(incoming)
            await intake(event, limit_key=f"{CHANNEL}:{incoming.person.id}")
        except (MailboxFull, RateLimited) as refusal:
            await self._previews.dropped(incoming.place, incoming.id)
            self._refuse(incoming, notices, refusal)
        except StoreError:
            await self._previews.dropped(incoming.place, incoming.id)
            raise
        except Exception:
            await self._previews.dropped(incoming.place, incoming.id)
            self._tell(incoming, notices.failed)
            raise
        else:
            self._answer_press(incoming)

    async def _event(self, incoming: Incoming) -> AnyEvent:
        address, person = incoming.place.address, incoming.person
        if incoming.text.strip() == "/start" and incoming.place.private:
            return Started(id=incoming.id, address=address, person=person, at=incoming.at)
        return Message(
            id=incoming.id,
            address=address,
            person=person,
            at=incoming.at,
            text=incoming.text,
            attachments=await self._files.attachments(incoming.files),
        )

    def _refuse(self, incoming: Incoming, notices: Notices, refusal: MailboxFull | RateLimited) -> None:
        template = notices.mailbox_full if isinstance(refusal, MailboxFull) else notices.rate_limited
        text = template.format(seconds=max(1, math.ceil(refusal.retry_after)))
        if incoming.press:
            self._answer_press(incoming, text)
            return
        key, now = f"{incoming.place.address} {incoming.person.id}", time.monotonic()
        if now < (self._noticed.get(key) or 0.0):
            return
        self._noticed.put(key, now + max(NOTICE_SECONDS, refusal.retry_after))
        self._tell(incoming, text)

    def _tell(self, incoming: Incoming, text: str) -> None:
        """A notice of the channel itself. It is not worth a second try."""
        place = self._moves.now(incoming.place)
        if incoming.press:
            self._answer_press(incoming, text)
        elif self._windows.is_open(place.chat):
            self._beside(
                self._api.call("sendMessage", chat_id=place.chat, message_thread_id=place.thread, text=text)
            )

    def _answer_press(self, incoming: Incoming, text: str = "") -> None:
        if incoming.press:
            press = incoming.press
            self._beside(
                self._api.call("answerCallbackQuery", callback_query_id=press, text=text[:200] or None)
            )

    def _beside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Nobody waits for it, and what becomes of it is only logged."""
        if len(self._aside) >= ASIDE:
            call.close()
            log.warning("a notice is left out, since too many are under way")
            return
        task = asyncio.create_task(_logged(call), name="telegram notice")
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    # Out

    async def send(self, outgoing: Outgoing) -> None:
        place = Place.of(outgoing.address)
        if place is None:
            log.error("a message has an address that is no chat of Telegram", address=str(outgoing.address))
            return
        message_id, locale = self._questions.get(outgoing.in_reply_to) or (0, "")
        notices = self._notices(locale)
        items = await items_of(outgoing.reply, notices)
        preview = self._previewed.get(outgoing.key) or await self._previews.finish(outgoing)
        self._previewed.put(outgoing.key, preview)
        repeated = notices.repeated if self._options.uncertain_sends == "mark" else ""
        target = Target(place, 0 if place.private else message_id, preview, repeated)
        await self._sending.send(outgoing, target, items, notices)
        await self._previews.ended(outgoing)

    async def aclose(self) -> None:
        await self._previews.aclose()
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._api.aclose()


async def _logged(call: Awaitable[Any]) -> None:
    try:
        await call
    except TelegramFailure as failure:
        log.warning("a notice did not arrive", reason=str(failure))
