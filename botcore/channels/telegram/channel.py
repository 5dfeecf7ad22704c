"""Telegram: private chats, groups, topics and business accounts, by long polling or by webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from botcore.channels.base import Attempts, Channel, Intake, ShownMessages
from botcore.channels.telegram.api import Api
from botcore.channels.telegram.aside import Aside
from botcore.channels.telegram.choices import Choices
from botcore.channels.telegram.failures import TelegramFailure
from botcore.channels.telegram.files import Files
from botcore.channels.telegram.growth import Line
from botcore.channels.telegram.hearing import Hearing, Question
from botcore.channels.telegram.items import items_of
from botcore.channels.telegram.moving import Moving
from botcore.channels.telegram.options import Notices, TelegramOptions
from botcore.channels.telegram.patience import Patience
from botcore.channels.telegram.places import CHANNEL, Moves, Place
from botcore.channels.telegram.polling import SILENT_SECONDS, Health, Polling, Retries
from botcore.channels.telegram.previews import Previews, Watcher
from botcore.channels.telegram.reading import Reader
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.sending import Sending, Target
from botcore.channels.telegram.setup import Setup
from botcore.channels.telegram.shown import Shown
from botcore.channels.telegram.tries import Tries
from botcore.channels.telegram.webhook import TelegramWebhook
from botcore.channels.telegram.windows import Windows
from botcore.errors import StoreUnavailable
from botcore.types import Address, Outgoing, Rate

log = structlog.get_logger()

WEBHOOK_SECONDS = 600.0
"""After which the webhook is set again, in case that another program took it away."""
CHAT_BURST, GROUP_BURST = 3, 5
"""Messages to one chat that may go at once after a silence."""


class TelegramChannel(Channel):
    """`run` and `send` may be called side by side; `aclose` at the end.

    `watcher` is the live stream for previews; without it only whole answers are shown. `notices` gives the channel's own
    words in a language, as a BCP 47 tag. `shown` keeps what is shown of each message; without it this process remembers.
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
        self._api = Api(options)
        self._windows = Windows()
        self._moves = Moves()
        self._shown = Shown(shown)
        self._patience = Patience(options, self._windows, self._moves)
        self._tries = Tries(attempts)
        self._sending = Sending(self._api, self._patience, self._moves, self._shown, self._tries)
        self._aside = Aside(self._api, self._windows, self._moves)
        line = Line(self._api, self._windows, self._moves, self._shown, options.edit_seconds, options.drafts)
        self._previews = Previews(line, watcher)
        self._previewed: Recent[int] = Recent()
        self._setup = Setup(self._api, options, notices)
        expected = options.poll_seconds if options.mode == "polling" else WEBHOOK_SECONDS
        self._health = Health(expected + SILENT_SECONDS)
        self._choices = Choices()
        self._hearing: Hearing | None = None
        self.webhook = TelegramWebhook(options.webhook_secret, self.take)
        """For the route `/telegram/webhook`."""

    def health(self) -> str:
        """Empty while updates come in; else a sentence with the remedy."""
        return self._health.report()

    @property
    def uncertain(self) -> int:
        """Sends whose outcome nobody knows, since the start."""
        return self._tries.uncertain

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
        await self._until_done(lambda: self._introduce(intake))
        await self._until_done(self._setup.connect)
        await self._until_done(self._setup.tell_commands)
        await self._until_done(self._setup.tell_page)
        if self._options.mode == "polling":
            await Polling(self._api, self._options, self._health, self.take).run()
        while True:
            await asyncio.sleep(WEBHOOK_SECONDS)
            await self._until_done(self._setup.set_webhook)

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

    async def _introduce(self, intake: Intake) -> None:
        self._hearing = Hearing(
            self._options,
            Reader(await self._setup.introduce(), self._moves),
            intake,
            notices=self._notices,
            aside=self._aside,
            files=Files(self._api, self._options.file_bytes),
            previews=self._previews,
            sending=self._sending,
            shown=self._shown,
            choices=self._choices,
            moving=Moving(self._moves, self._shown),
        )

    async def take(self, raw: object) -> None:
        """Hand one update to the intake. Raises StoreError where it must come again; any other fault is logged."""
        if self._hearing is None:
            raise StoreUnavailable("The bot is just starting; the update must come again.")
        await self._hearing.take(raw)

    async def send(self, outgoing: Outgoing) -> None:
        place = Place.of(outgoing.address)
        if place is None:
            log.error("a message has an address that is no chat of Telegram", address=str(outgoing.address))
            return
        question = self._hearing.question(outgoing.in_reply_to) if self._hearing else Question()
        notices = self._notices(question.locale)
        items = await items_of(outgoing.reply, notices)
        self._choices.offer(outgoing.address, outgoing.reply, items)
        preview = self._previewed.get(outgoing.key) or await self._previews.finish(outgoing)
        self._previewed.put(outgoing.key, preview)
        repeated = notices.repeated if self._options.uncertain_sends == "mark" else ""
        target = Target(place, 0 if place.private else question.message_id, preview, repeated)
        await self._sending.send(outgoing, target, items, notices)
        await self._previews.ended(outgoing)

    async def aclose(self) -> None:
        await self._previews.aclose()
        await self._aside.aclose()
        await self._api.aclose()
