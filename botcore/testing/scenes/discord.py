"""Discord as people see it, on the simulator that the unmodified discord.py connects to."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from botcore.channels.base import Channel
from botcore.channels.discord import DiscordChannel, DiscordOptions, SlashCommand
from botcore.delivery.shown import MemoryShown
from botcore.testing.fake_discord import FakeDiscord
from botcore.testing.fake_discord.payloads import channel as channel_payload
from botcore.testing.fake_discord.world import DEFAULT_LOCALE, Ephemeral, Posted
from botcore.testing.fake_discord.world import Channel as Place
from botcore.testing.scenes.base import Scene, Seat, Wiring
from botcore.testing.scenes.discord_marks import read_discord
from botcore.testing.scenes.marks import Marked, as_text
from botcore.testing.scenes.seats import Seats
from botcore.testing.scenes.shown import Shown, ShownFile
from botcore.types import Address, Attachment

QUICK_LIMIT = (5, 0.5)
"""Requests and seconds of a rate-limit bucket: a test need not wait as long as people."""
REPLY_LENGTH = 60


class DiscordScene(Scene):
    """A private chat is the direct messages, a group is a thread that the bot has opened."""

    def __init__(self) -> None:
        self.fake = FakeDiscord(limit=QUICK_LIMIT)
        self._lobby = self.fake.channel("general")
        self._seats: Seats[Place] = Seats(self.fake.dm, self._open_thread)
        self._fresh: list[Place] = []
        self._commands = 0

    async def __aenter__(self) -> DiscordScene:
        await self.fake.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.fake.__aexit__(kind, error, trace)

    def connect(self, wiring: Wiring) -> Channel:
        options = DiscordOptions(
            token=self.fake.token, api_url=self.fake.api_url, gateway_url=self.fake.gateway_url
        )
        described: dict[str, dict[str, str]] = {}
        for language, infos in wiring.commands.items():
            for one in infos:
                described.setdefault(one.name, {})[language] = one.description
        self._commands = len(described)
        slash = [SlashCommand(name, by_language) for name, by_language in described.items()]
        return DiscordChannel(options, live=wiring.live, commands=slash, shown=MemoryShown())

    async def ready(self) -> None:
        await self.fake.connected()
        await self.fake.until(lambda: len(self.fake.world.commands) >= self._commands)

    def address(self, seat: Seat) -> Address:
        return Address("discord", str(self._seats.place(seat).id))

    async def say(self, seat: Seat, text: str, files: Sequence[Attachment] = ()) -> None:
        if not text.strip() and not files:
            raise ValueError("nobody can send an empty message on Discord")
        if len(text) > 2000:
            raise ValueError(f"nobody can send {len(text)} characters in a message on Discord: at most 2000")
        place = await self._place(seat)
        uploads = {one.name: one.data for one in files}
        await self.fake.say(place, seat.person, text, files=uploads)

    async def press(self, seat: Seat, label: str) -> None:
        place = await self._place(seat)
        for posted in reversed(self.fake.shown(place)):
            if label in posted.buttons:
                await self.fake.press(posted, label, seat.person)
                return
            if label in posted.menu:
                await self.fake.choose(posted, label, seat.person)
                return
        raise LookupError(f"no message in {seat.chat!r} has a button {label!r}")

    async def begin(self, seat: Seat) -> None:
        """Discord tells bots nothing of that, nor of a locale: people name the bot in a group, whose server has one."""
        if self._seats.is_private(seat.chat):
            raise ValueError(
                "direct messages on Discord begin with a word: say something, or start in a chat that nobody used"
            )
        await self.fake.set_locale(seat.locale or DEFAULT_LOCALE)
        place = await self._place(seat, together=True)
        await self.fake.say(place, seat.person, "", mention=True)

    async def edit(self, seat: Seat, message: str, text: str) -> None:
        await self.fake.edit(await self._written(seat, message), text)

    async def delete(self, seat: Seat, message: str) -> None:
        await self.fake.delete(await self._written(seat, message))

    async def react(self, seat: Seat, added: Sequence[str], removed: Sequence[str]) -> None:
        place = await self._place(seat)
        said = [one for one in self.fake.shown(place) if one.author == self.fake.world.bot]
        deeds = [(one, False) for one in added] + [(one, True) for one in removed]
        if len(deeds) != 1:
            raise ValueError("one emoji at a time, please: each is a deed of its own on Discord")
        [(emoji, taken_back)] = deeds
        await self.fake.react(_newest(said, "of the bot"), seat.person, emoji, taken_back=taken_back)

    async def _written(self, seat: Seat, message: str) -> Posted:
        place = await self._place(seat)
        own = [one for one in self.fake.shown(place) if one.author.name == seat.person]
        return _newest([one for one in own if message in {"", str(one.id)}], "that the person wrote")

    def shown(self, chat: str) -> list[Shown]:
        place = self._seats.known(chat)
        return [shown_of(self.fake, one) for one in self.fake.world.messages[place.id]] if place else []

    def _open_thread(self, name: str) -> Place:
        thread = self.fake.thread(self._lobby, name)
        self._fresh.append(thread)
        return thread

    async def _place(self, seat: Seat, *, together: bool = False) -> Place:
        self.fake.user(seat.person, locale=seat.locale or DEFAULT_LOCALE)
        place = self._seats.place(seat, together=together)
        for fresh in self._fresh:
            await self.fake.gateway.dispatch("THREAD_CREATE", channel_payload(fresh))
        self._fresh = []
        return place


def _newest(messages: Sequence[Posted], whose: str) -> Posted:
    if not messages:
        raise LookupError(f"there is no such message {whose}")
    return messages[-1]


def shown_of(fake: FakeDiscord, one: Posted) -> Shown:
    """A message as Discord's own clients display it."""
    thinking = one.thinking
    text: Marked = (f"{one.author.name} is thinking…",) if thinking else displayed(fake, one.text)
    return Shown(
        id=str(one.id),
        author=one.author.name,
        text=text,
        by_bot=one.author == fake.world.bot,
        raw=one.text,
        buttons=tuple(
            tuple(str(button["label"]) for button in row.get("components", ()) if "label" in button)
            for row in one.components
        ),
        files=tuple(
            ShownFile(file.name, len(file.data), file.media_type, str(file.id)) for file in one.files
        ),
        edited=one.edits > 0 and not thinking,
        growing=thinking,
        private=bool(one.flags & Ephemeral),
        reply_to=_answered(fake, one),
        at=((one.id >> 22) + 1_420_070_400_000) / 1000,
    )


def displayed(fake: FakeDiscord, text: str) -> Marked:
    """With names in the place of ids."""

    def name(mention: str) -> str:
        id = int(mention[1:])
        if mention[0] == "#":
            place = fake.world.channels.get(id)
            return place.name if place else mention[1:]
        user = fake.world.by_id(id)
        return user.name if user else mention[1:]

    return read_discord(text, name)


def _answered(fake: FakeDiscord, one: Posted) -> str:
    answered = fake.world.message(one.channel.id, one.reply_to) if one.reply_to else None
    if answered is None:
        return ""
    words = " ".join(as_text(displayed(fake, answered.text)).split())
    return f"{answered.author.name}: {words[:REPLY_LENGTH]}"
