"""What persons do in the simulated Telegram. Every deed becomes an update for the bot."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from botcore.testing.fake_telegram.world import FakeChat, FakeMessage, FakePerson, Upload

_MARKED = re.compile(r"(?P<mention>@\w{3,32})|(?P<bot_command>(?<!\S)/\w+(?:@\w+)?)")


class People:
    """The side of Telegram that persons see."""

    def __init__(self, bot: FakePerson, push: Callable[[dict[str, Any]], int]) -> None:
        self.bot = bot
        self._push = push
        self._ids = count(1001)
        self._message_ids = count(1)
        self._file_ids = count(1)
        self._albums = count(1)
        self.chats: dict[int, FakeChat] = {}
        self.business_chats: dict[tuple[str, int], FakeChat] = {}
        """By connection and customer."""
        self.files: dict[str, Upload] = {}
        self.answered: dict[str, str] = {}
        """Id of a press -> the notice that the bot answered it with."""
        self.presses: list[str] = []

    def person(self, name: str, *, username: str = "", language: str = "en") -> FakePerson:
        return FakePerson(next(self._ids), name, username, language)

    def private(self, person: FakePerson) -> FakeChat:
        """The chat between the bot and this person."""
        return self.chats.setdefault(
            person.id, FakeChat(person.id, "private", person.first_name, person.username)
        )

    def group(self, title: str = "Team", *, topics: tuple[str, ...] = ()) -> FakeChat:
        """A supergroup; with topics, a forum."""
        chat = FakeChat(-1_000_000_000_000 - next(self._ids), "supergroup", title)
        chat.topics = {name: next(self._message_ids) for name in topics}
        self.chats[chat.id] = chat
        return chat

    def business(self, owner: FakePerson, customer: FakePerson) -> FakeChat:
        """The customer's chat with a business account that the bot answers for."""
        connection = f"business{owner.id}"
        chat = FakeChat(customer.id, "private", customer.first_name, customer.username, owner=owner)
        return self.business_chats.setdefault((connection, customer.id), chat)

    def say(
        self,
        chat: FakeChat,
        person: FakePerson,
        text: str = "",
        *,
        upload: Upload | None = None,
        reply_to: FakeMessage | None = None,
        topic: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> FakeMessage:
        """The person writes. `extra` are further fields of the message as the wire has them."""
        message = self.add(
            chat, person, text, upload=upload, reply_to=reply_to, thread=chat.topics.get(topic), extra=extra
        )
        message.entities = marks(text)
        self._push({_kind("message", chat): message.as_json()})
        return message

    def album(
        self, chat: FakeChat, person: FakePerson, uploads: Sequence[Upload], text: str = ""
    ) -> list[FakeMessage]:
        """Several pictures or files at once; the text stands under the first. One message and one update for each."""
        group = {"media_group_id": f"album{next(self._albums)}"}
        return [
            self.say(chat, person, text if number == 0 else "", upload=upload, extra=group)
            for number, upload in enumerate(uploads)
        ]

    def edit(self, message: FakeMessage, text: str) -> None:
        """The person changes what they wrote."""
        message.text, message.entities = text, marks(text)
        message.edits += 1
        edited = message.as_json() | {"edit_date": message.at + 1}
        self._push({_kind("edited_message", message.chat): edited})

    def erase(self, *messages: FakeMessage) -> None:
        """The person deletes what they wrote. Telegram tells bots so in business chats only."""
        for message in messages:
            message.chat.messages.remove(message)
        chat = messages[0].chat
        if chat.business:
            gone = {"business_connection_id": chat.business, "chat": chat.as_json()}
            ids = [message.id for message in messages]
            self._push({"deleted_business_messages": gone | {"message_ids": ids}})

    def react(self, message: FakeMessage, person: FakePerson, *emoji: str) -> None:
        """What the person thinks of a message from now on; without emoji, nothing any more."""
        before = message.reactions.get(person.id, ())
        message.reactions[person.id] = emoji
        self._push(
            {
                "message_reaction": {
                    "chat": message.chat.as_json(),
                    "message_id": message.id,
                    "user": person.as_json(),
                    "date": message.at + 1,
                    "old_reaction": [{"type": "emoji", "emoji": one} for one in before],
                    "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
                }
            }
        )

    def press(self, message: FakeMessage, button: str, *, person: FakePerson | None = None) -> str:
        """The person presses a button of the bot's message. Gives the id of the press, for `answered`."""
        data = next(one["callback_data"] for row in message.keyboard for one in row if one["text"] == button)
        presser = person or FakePerson(message.chat.id, message.chat.title)
        press = str(7_000_000 + len(self.presses))
        self.presses.append(press)
        self._push(
            {
                "callback_query": {
                    "id": press,
                    "from": presser.as_json(),
                    "chat_instance": str(message.chat.id),
                    "message": message.as_json(),
                    "data": data,
                }
            }
        )
        return press

    def shown(self, chat: FakeChat) -> list[FakeMessage]:
        """What a person sees in the chat, oldest first, edits applied."""
        return list(chat.messages)

    def said(self, chat: FakeChat) -> list[str]:
        """Only the texts, and only the bot's."""
        return [message.text for message in chat.messages if message.by_bot]

    def block(self, chat: FakeChat) -> None:
        """The person blocks the bot, without its being told (it may have been offline)."""
        chat.blocked = True

    def membership(self, chat: FakeChat, person: FakePerson, *, inside: bool) -> None:
        """The person lets the bot into the chat, or throws it out; in a private chat, unblocks or blocks it."""
        before, after = ("member", "kicked") if not inside else ("left", "member")
        chat.blocked = not inside
        self._push(
            {
                "my_chat_member": {
                    "chat": chat.as_json(),
                    "from": person.as_json(),
                    "date": int(time.time()),
                    "old_chat_member": {"status": before, "user": self.bot.as_json()},
                    "new_chat_member": {"status": after, "user": self.bot.as_json()},
                }
            }
        )

    def migrate(self, chat: FakeChat) -> FakeChat:
        """The group becomes a supergroup with another id."""
        moved = chat.moved_to = self.group(chat.title)
        gone = self.add(chat, self.bot, extra={"migrate_to_chat_id": moved.id})
        come = self.add(moved, self.bot, extra={"migrate_from_chat_id": chat.id})
        chat.messages.remove(gone)
        moved.messages.remove(come)
        for service in (gone, come):
            self._push({"message": service.as_json()})
        return moved

    # Used by the bot's methods too

    def add(
        self,
        chat: FakeChat,
        sender: FakePerson,
        text: str = "",
        *,
        upload: Upload | None = None,
        reply_to: FakeMessage | None = None,
        thread: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> FakeMessage:
        if upload:
            upload = Upload(
                upload.kind, upload.name, upload.media_type, upload.data, f"file{next(self._file_ids)}"
            )
            self.files[upload.id] = upload
        message = FakeMessage(
            next(self._message_ids),
            chat,
            sender,
            text,
            upload=upload,
            reply_to=reply_to,
            thread=thread,
            extra=extra or {},
        )
        chat.messages.append(message)
        return message


def _kind(update: str, chat: FakeChat) -> str:
    """Business chats have kinds of their own."""
    if not chat.business:
        return update
    return "business_message" if update == "message" else "edited_business_message"


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def marks(text: str) -> list[dict[str, Any]]:
    """The entities that Telegram itself finds: mentions and commands."""
    return [
        {
            "type": str(found.lastgroup),
            "offset": utf16(text[: found.start()]),
            "length": utf16(found[0]),
        }
        for found in _MARKED.finditer(text)
    ]
