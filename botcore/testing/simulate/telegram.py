"""Telegram for the page: private chats and a group, drafts of growing answers, the menu of commands."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType

import msgspec

from botcore.testing.fake_telegram import FakeChat, FakeMessage, FakeTelegram, Upload
from botcore.testing.fake_telegram.people import utf16
from botcore.testing.scenes.shown import Shown
from botcore.testing.scenes.telegram import BOT_NAME, shown_of
from botcore.testing.simulate.stage import (
    MOST_SHOWN,
    PEOPLE,
    Deed,
    File,
    MenuEntry,
    Place,
    Stage,
    Typing,
    View,
)

LONGEST, LONGEST_CAPTION = 4096, 1024
_PHOTO_SIGNS = (b"\x89PNG", b"\xff\xd8")


class TelegramStage(Stage):
    platform = "telegram"
    can = ("edit", "react")

    def __init__(self) -> None:
        self._fake = FakeTelegram()
        self.bot_name = self._fake.bot.username
        self._people = {name: self._fake.person(name, language=locale[:2]) for name, locale in PEOPLE}
        self._team = self._fake.group("Team")
        self._typing: dict[int, Typing] = defaultdict(lambda: Typing(5.0))
        self._reactions: dict[tuple[int, str], str] = {}
        """(message, person) -> emoji; Telegram has one of each person."""

    async def __aenter__(self) -> TelegramStage:
        await self._fake.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fake.stop()

    def settings(self) -> Mapping[str, str]:
        fake = self._fake
        return {
            "telegram.token": fake.token,
            "telegram.api_url": fake.api_url,
            "telegram.file_url": fake.file_url,
            "telegram.mode": "polling",
        }

    async def ready(self) -> None:
        await self._fake.until(lambda: self._fake.called("getUpdates"), timeout=30.0)

    def places(self, person: str) -> list[Place]:
        own = self._fake.private(self._people[person])
        return [
            Place(str(own.id), self._fake.bot.first_name, private=True),
            Place(str(self._team.id), self._team.title, private=False),
        ]

    def view(self, person: str, chat: str) -> View:
        place = self._chat(person, chat)
        messages = [self._shown(one) for one in place.messages[-MOST_SHOWN:]]
        if place.draft:
            draft = (place.draft,)
            messages.append(Shown("draft", BOT_NAME, draft, by_bot=True, growing=True))
        said = sum(one.by_bot for one in place.messages)
        return View(messages, not place.draft and self._typing[place.id].shown(len(place.actions), said))

    def menu(self, person: str) -> list[MenuEntry]:
        menus = self._fake.methods.commands
        entries = menus.get(self._people[person].language_code) or menus.get("", [])
        return [MenuEntry(one["command"], one["description"]) for one in entries]

    async def act(self, deed: Deed) -> None:
        chat = self._chat(deed.person, deed.chat)
        match deed.do:
            case "say":
                self._say(chat, deed)
            case "press":
                message = self._message(chat, deed)
                if deed.text not in message.buttons:
                    raise LookupError("this button is gone")
                self._fake.press(message, deed.text, person=self._people[deed.person])
            case "edit":
                self._edit(self._message(chat, deed), deed)
            case "react":
                self._react(self._message(chat, deed), deed)
            case "delete":
                raise ValueError("Telegram does not tell bots what people delete")

    def file(self, id: str) -> File | None:
        found = self._fake.files.get(id)
        return File(found.name, found.data) if found else None

    def _say(self, chat: FakeChat, deed: Deed) -> None:
        longest = LONGEST_CAPTION if deed.file_name else LONGEST
        if not deed.text.strip() and not deed.file_name:
            raise ValueError("an empty message can't be sent")
        if utf16(deed.text) > longest:
            raise ValueError(
                f"{utf16(deed.text)} characters are too many for a message here: at most {longest}"
            )
        upload = None
        if deed.file_name:
            kind = "photo" if deed.file.startswith(_PHOTO_SIGNS) else "document"
            upload = Upload(kind, deed.file_name, "application/octet-stream", deed.file)
        answered = self._message(chat, deed) if deed.message else None
        self._fake.say(chat, self._people[deed.person], deed.text, upload=upload, reply_to=answered)

    def _edit(self, message: FakeMessage, deed: Deed) -> None:
        if message.sender.first_name != deed.person:
            raise ValueError("only one's own messages can be changed")
        if not 0 < utf16(deed.text.strip()) <= LONGEST:
            raise ValueError(f"a message has 1 to {LONGEST} characters here")
        self._fake.edit(message, deed.text)

    def _react(self, message: FakeMessage, deed: Deed) -> None:
        mine = (message.id, deed.person)
        before = self._reactions.pop(mine, "")
        after = "" if before == deed.text else deed.text
        if after:
            self._reactions[mine] = after
        self._fake.updates.push(
            {
                "message_reaction": {
                    "chat": message.chat.as_json(),
                    "message_id": message.id,
                    "user": self._people[deed.person].as_json(),
                    "date": int(time.time()),
                    "old_reaction": _emoji(before),
                    "new_reaction": _emoji(after),
                }
            }
        )

    def _shown(self, one: FakeMessage) -> Shown:
        reactions = tuple(emoji for (id, _), emoji in self._reactions.items() if id == one.id)
        return msgspec.structs.replace(shown_of(one), reactions=reactions)

    def _chat(self, person: str, chat: str) -> FakeChat:
        for place in (self._fake.private(self._people[person]), self._team):
            if str(place.id) == chat:
                return place
        raise LookupError(f"{person} has no chat {chat!r}")

    def _message(self, chat: FakeChat, deed: Deed) -> FakeMessage:
        for message in chat.messages:
            if str(message.id) == deed.message:
                return message
        raise LookupError("this message is gone")


def _emoji(one: str) -> list[dict[str, str]]:
    return [{"type": "emoji", "emoji": one}] if one else []
