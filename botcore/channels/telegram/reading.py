"""Reads updates: who does what where, and whether it is meant for the bot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from botcore.channels.telegram.buttons import STOP, said_by
from botcore.channels.telegram.contents import files_of, words_of
from botcore.channels.telegram.incoming import Deed, Erasure, Incoming, Membership, Reaction
from botcore.channels.telegram.places import Moves, Place
from botcore.channels.telegram.recent import Recent
from botcore.channels.telegram.updates import Entity, Gone, Press, Reactions, Sent, Update, User
from botcore.channels.telegram.updates import Membership as Member
from botcore.channels.telegram.updates import Reaction as Emoji
from botcore.conversation import clean_text
from botcore.types import Person

_COMMAND = re.compile(r"/(?P<name>[A-Za-z][A-Za-z0-9_]{0,31})(?:@(?P<bot>\w+))?(?=\s|$)")


class Me(msgspec.Struct, frozen=True):
    """The bot's own account."""

    id: int
    username: str


class Reader:
    """Ids of messages are `tg:chat.message`, so that a change or a deletion, which names no update, finds them."""

    def __init__(self, me: Me, moves: Moves) -> None:
        self._me = me
        self._moves = moves
        self._numbers: Recent[int] = Recent()
        """Message -> the update that brought it."""
        self._albums: Recent[str] = Recent()
        """Message -> the first one of its album."""

    def read(self, update: Update, now: float) -> Deed | None:
        """None for what is not meant for the bot. A press always counts, if only to be answered."""
        number = update.update_id
        if message := update.message or update.business_message:
            return self._message(number, message)
        if changed := update.edited_message or update.edited_business_message:
            return self._change(number, changed)
        if update.callback_query:
            return self._press(number, update.callback_query, now)
        return self._beside_talk(update, now)

    def _beside_talk(self, update: Update, now: float) -> Deed | None:
        number = update.update_id
        if update.message_reaction:
            return self._reaction(number, update.message_reaction)
        if update.deleted_business_messages:
            return self._erasure(number, update.deleted_business_messages, now)
        if update.my_chat_member:
            return self._membership(number, update.my_chat_member)
        return None

    def learn_album(self, first: str, messages: Iterable[Incoming]) -> None:
        """From now on a change of any of these is one of the first."""
        for message in messages:
            self._albums.put(message.id, first)

    def _press(self, number: int, press: Press, now: float) -> Incoming:
        message = press.message
        return Incoming(
            id=f"tg:{number}",
            place=self._place(message) if message else Place(press.sender.id),
            person=_person(press.sender),
            at=now,
            message_id=message.message_id if message else 0,
            text=said_by(press),
            press=press.id,
            stops=press.data == STOP,
        )

    def _message(self, number: int, message: Sent) -> Incoming | None:
        if message.migrate_from_chat_id:
            self._moves.learn(message.migrate_from_chat_id, message.chat.id)
        id = _id_of(message)
        known = self._numbers.get(id)
        if known not in (None, number):  # a server of one's own that began to count anew
            id = f"{id}.{number}"
        self._numbers.put(id, number)
        return self._said(id, message)

    def _change(self, number: int, message: Sent) -> Incoming | None:
        if message.location:  # a place that moves by itself
            return None
        first = _id_of(message)
        said = self._said(f"tg:{number}", message)
        album = self._albums.get(first)
        if said is None or not (said.meant or album):
            return None
        return msgspec.structs.replace(said, changes=album or first, album="")

    def _said(self, id: str, message: Sent) -> Incoming | None:
        sender = message.sender
        if sender is None or sender.is_bot or message.chat.type == "channel":
            return None
        if message.business_connection_id and sender.id != message.chat.id:
            return None  # the owner of the account speaks to the customer
        text, meant = self._addressed(message)
        files = tuple(files_of(message))
        if not (meant or message.media_group_id) or not (text.strip() or files):
            return None
        return Incoming(
            id=id,
            place=self._place(message),
            person=_person(sender),
            at=message.date,
            message_id=message.message_id,
            text=text,
            files=files,
            album=message.media_group_id,
            meant=meant,
        )

    def _reaction(self, number: int, reactions: Reactions) -> Reaction | None:
        if reactions.user is None or reactions.user.is_bot:
            return None
        before, after = _emoji(reactions.old_reaction), _emoji(reactions.new_reaction)
        return Reaction(
            id=f"tg:{number}",
            place=Place(self._moves.first(reactions.chat.id)),
            person=_person(reactions.user),
            at=reactions.date,
            message_id=reactions.message_id,
            added=tuple(one for one in after if one not in before),
            removed=tuple(one for one in before if one not in after),
        )

    def _erasure(self, number: int, gone: Gone, now: float) -> Erasure:
        return Erasure(
            id=f"tg:{number}",
            place=Place(gone.chat.id, None, gone.business_connection_id),
            person=Person(str(gone.chat.id)),
            at=now,
            messages=[f"tg:{gone.chat.id}.{one}" for one in gone.message_ids],
        )

    def _membership(self, number: int, member: Member) -> Membership:
        return Membership(
            id=f"tg:{number}",
            place=Place(self._moves.first(member.chat.id)),
            person=_person(member.sender),
            at=member.date,
            inside=member.new_chat_member.inside,
            was_inside=member.old_chat_member.inside,
        )

    def _place(self, message: Sent) -> Place:
        in_topic = message.is_topic_message or message.chat.is_forum
        thread = message.message_thread_id if in_topic else None
        return Place(self._moves.first(message.chat.id), thread, message.business_connection_id)

    def _addressed(self, message: Sent) -> tuple[str, bool]:
        """What is said, without the bot's name; and whether it is said to the bot."""
        text = words_of(message)
        spoken_to, text = self._without_mention(text, message.entities or message.caption_entities)
        command = _COMMAND.match(text)
        if command and command["bot"]:
            if command["bot"].lower() != self._me.username.lower():
                return "", False
            text = f"/{command['name']}{text[command.end() :]}"
        return text, message.chat.private or spoken_to or bool(command) or self._is_reply(message)

    def _without_mention(self, text: str, entities: Sequence[Entity]) -> tuple[bool, str]:
        """Offsets count UTF-16 units, so that the text is cut in that form."""
        if not any(entity.type in {"mention", "text_mention"} for entity in entities):
            return False, text
        units = text.encode("utf-16-le", "surrogatepass")
        kept, at, found = b"", 0, False
        for entity in sorted(entities, key=lambda one: one.offset):
            start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
            if at <= start < end <= len(units) and self._is_me(entity, units[start:end]):
                kept, at, found = kept + units[at:start], end, True
        rest = (kept + units[at:]).decode("utf-16-le", "surrogatepass")
        return found, rest.strip(" \t,:") if found else rest

    def _is_me(self, entity: Entity, units: bytes) -> bool:
        if entity.type == "text_mention":
            return entity.user is not None and entity.user.id == self._me.id
        said = units.decode("utf-16-le", "surrogatepass")
        return entity.type == "mention" and said.lower() == f"@{self._me.username.lower()}"

    def _is_reply(self, message: Sent) -> bool:
        replied = message.reply_to_message
        if replied is None or replied.sender is None or replied.forum_topic_created is not None:
            return False
        return replied.sender.id == self._me.id


def _id_of(message: Sent) -> str:
    return f"tg:{message.chat.id}.{message.message_id}"


def _emoji(reactions: Sequence[Emoji]) -> tuple[str, ...]:
    """A sticker of somebody's own as `:number:`, a paid star as a star."""
    shown = (
        clean_text(one.emoji) or (f":{clean_text(one.custom_emoji_id)}:" if one.custom_emoji_id else "⭐")
        for one in reactions
    )
    return tuple(shown)


def _person(user: User) -> Person:
    name = f"{user.first_name} {user.last_name}".strip()
    return Person(str(user.id), clean_text(name), clean_text(user.language_code))
