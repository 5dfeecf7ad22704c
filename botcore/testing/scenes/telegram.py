"""Telegram as people see it, on the simulator that the unmodified python-telegram-bot connects to."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from botcore.channels.base import Channel
from botcore.channels.telegram import TelegramChannel, TelegramOptions
from botcore.delivery.shown import MemoryShown
from botcore.testing.fake_telegram import FakeChat, FakeMessage, FakePerson, FakeTelegram, Upload
from botcore.testing.fake_telegram.people import utf16
from botcore.testing.scenes.base import Scene, Seat, Wiring
from botcore.testing.scenes.marks import as_text
from botcore.testing.scenes.seats import Seats
from botcore.testing.scenes.shown import Shown, ShownFile
from botcore.testing.scenes.telegram_marks import read_telegram
from botcore.types import Address, Attachment

PHOTOS = {"image/png", "image/jpeg"}
REPLY_LENGTH = 60
BOT_NAME = "botcore"
"""The same on every scene, so that transcripts are."""


class TelegramScene(Scene):
    """A private chat is one with the bot alone, a group is a supergroup."""

    def __init__(self) -> None:
        self.fake = FakeTelegram()
        self._people: dict[str, FakePerson] = {}
        self._seats: Seats[FakeChat] = Seats(
            lambda name: self.fake.private(self.person(name)), self.fake.group
        )
        self._languages = 0

    async def __aenter__(self) -> TelegramScene:
        await self.fake.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.fake.stop()

    def connect(self, wiring: Wiring) -> Channel:
        menus = {
            language: [(one.name, one.description) for one in infos]
            for language, infos in wiring.commands.items()
        }
        menus = {"": menus["en"], **menus} if any(menus.values()) else {}
        self._languages = len(menus)
        options = TelegramOptions(
            token=self.fake.token,
            api_url=self.fake.api_url,
            file_url=self.fake.file_url,
            commands=menus,
            poll_seconds=5,
            backoff_seconds=0.02,
            slow_seconds=0.05,
            edit_seconds=0.05,
        )
        return TelegramChannel(options, watcher=wiring.live, shown=MemoryShown())

    async def ready(self) -> None:
        await self.fake.until(
            lambda: self.fake.called("getUpdates") and len(self.fake.methods.commands) >= self._languages
        )

    def person(self, name: str, locale: str = "") -> FakePerson:
        """The person of that name, who comes to be with the first call. Bots hear the locale with every deed."""
        if name not in self._people:
            self._people[name] = self.fake.person(name, language=locale)
        return self._people[name]

    def address(self, seat: Seat) -> Address:
        return Address("telegram", str(self._seats.place(seat).id))

    async def say(self, seat: Seat, text: str, files: Sequence[Attachment] = ()) -> None:
        if not text.strip() and not files:
            raise ValueError("nobody can send an empty message on Telegram")
        if utf16(text) > (1024 if files else 4096):
            raise ValueError(
                "nobody can send that much in a message on Telegram: 4096 units, 1024 with a file"
            )
        if len(files) > 1:
            raise ValueError("one file in a message, please: Telegram sends several as several messages")
        person, chat = self.person(seat.person, seat.locale), self._seats.place(seat)
        if chat.kind != "private" and not text.startswith("/"):
            text = f"@{self.fake.bot.username} {text}"
        upload = _upload(files[0]) if files else None
        self.fake.say(chat, person, text, upload=upload)

    async def press(self, seat: Seat, label: str) -> None:
        for message in reversed(self._seats.place(seat).messages):
            if label in message.buttons:
                self.fake.press(message, label, person=self.person(seat.person))
                return
        raise LookupError(f"no message in {seat.chat!r} has a button {label!r}")

    async def begin(self, seat: Seat) -> None:
        """Telegram's own START button says /start; into a group the person lets the bot."""
        person, chat = self.person(seat.person, seat.locale), self._seats.place(seat)
        if chat.kind == "private":
            self.fake.say(chat, person, "/start")
        else:
            self.fake.membership(chat, person, inside=True)

    async def edit(self, seat: Seat, message: str, text: str) -> None:
        own = [one for one in self._seats.place(seat).messages if one.sender == self.person(seat.person)]
        number = message.rpartition(".")[2]
        mention = f"@{self.fake.bot.username} "
        changed = _newest(
            [one for one in own if not message or str(one.id) == number], "that the person wrote"
        )
        self.fake.edit(changed, mention + text if changed.text.startswith(mention) else text)

    async def react(self, seat: Seat, added: Sequence[str], removed: Sequence[str]) -> None:
        said = _newest([one for one in self._seats.place(seat).messages if one.by_bot], "of the bot")
        person = self.person(seat.person)
        before = said.reactions.get(person.id, ())
        self.fake.react(said, person, *(one for one in (*before, *added) if one not in removed))

    def shown(self, chat: str) -> list[Shown]:
        place = self._seats.known(chat)
        return [shown_of(one) for one in place.messages] if place else []


def _newest(messages: Sequence[FakeMessage], whose: str) -> FakeMessage:
    if not messages:
        raise LookupError(f"there is no such message {whose}")
    return messages[-1]


def shown_of(one: FakeMessage) -> Shown:
    """A message as Telegram's own clients display it."""
    upload = one.upload
    file = (ShownFile(upload.name, len(upload.data), upload.media_type, upload.id),) if upload else ()
    answered = one.reply_to
    return Shown(
        id=str(one.id),
        author=BOT_NAME if one.by_bot else one.sender.first_name,
        text=read_telegram(one.text, one.entities),
        by_bot=one.by_bot,
        raw=one.text,
        buttons=tuple(tuple(str(button["text"]) for button in row) for row in one.keyboard),
        files=file,
        edited=one.edits > 0,
        reply_to=_beginning(answered) if answered else "",
        at=float(one.at),
    )


def _beginning(one: FakeMessage) -> str:
    words = " ".join(as_text(read_telegram(one.text, one.entities)).split())
    return f"{BOT_NAME if one.by_bot else one.sender.first_name}: {words[:REPLY_LENGTH]}"


def _upload(one: Attachment) -> Upload:
    return Upload("photo" if one.media_type in PHOTOS else "document", one.name, one.media_type, one.data)
