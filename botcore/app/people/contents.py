"""What a conversation holds of one person, as it stands in the store and as it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import orjson

from botcore.app.people.finding import Part
from botcore.app.people.keyspace import Key, tail
from botcore.conversation import (
    ConversationState,
    HistoryEntry,
    decode_event,
    decode_history,
    decode_outgoing,
    decode_state,
)
from botcore.delivery import keys
from botcore.errors import CorruptRecord
from botcore.stores.commands import Commands
from botcore.types import AnyEvent, Outgoing

T = TypeVar("T")
READ = ("s", "m", "h", "o", "t", "e")
"""Families that are read here."""


class Item(msgspec.Struct, frozen=True):
    """One line of a list, field of a hash or entry of a stream."""

    name: bytes
    """Its bytes in a list, its id elsewhere."""
    value: object
    """None where it can't be read."""


class Contents(msgspec.Struct, frozen=True):
    """The person's share of a conversation; all of it where the conversation is their own."""

    stored_state: bytes
    state: ConversationState
    history: Sequence[Item] = ()
    mail: Sequence[Item] = ()
    outbox: Sequence[Item] = ()
    timers: Sequence[Item] = ()
    live: Sequence[Item] = ()
    keys: Sequence[Key] = ()
    """Other keys: what is known of ids, and whatever else has the conversation in its name."""
    others: Sequence[str] = ()
    """Who else wrote, the first first."""

    @property
    def ids(self) -> set[str]:
        """Of the person's events, and of the messages to them."""
        return {name for item in (*self.history, *self.mail, *self.outbox) for name in _names(item.value)}


async def read_contents(commands: Commands, part: Part, person: str) -> Contents:
    address = part.address
    stored: bytes = await commands("HGET", keys.state(address), "data") or b""
    timers = await commands("HGETALL", keys.timers(address))
    live = await commands("XRANGE", keys.live(address), "-", "+")
    everything = Contents(
        stored_state=stored,
        state=_try(decode_state, stored) or ConversationState(),
        history=_lines(await commands("LRANGE", keys.history(address), 0, -1), decode_history),
        mail=_lines(await commands("LRANGE", keys.mailbox(address), 0, -1), decode_event),
        outbox=_lines(await commands("LRANGE", keys.outbox(address), 0, -1), decode_outgoing),
        timers=[Item(id, _try(decode_event, raw)) for id, raw in zip(timers[::2], timers[1::2], strict=True)],
        live=[Item(id, _shown(fields)) for id, fields in live],
        keys=[key for key in part.keys if key.family not in READ],
    )
    return everything if part.own else _share(everything, str(address), person)


def _share(all: Contents, address: str, person: str) -> Contents:
    """What can't be told to be somebody else's counts as the person's; what is being sent must be theirs for certain."""
    theirs = [item for item in (*all.history, *all.mail) if _who(item.value) not in {"", person}]
    theirs_ids = {name for item in theirs for name in _names(item.value)}
    mine = Contents(
        stored_state=all.stored_state,
        state=all.state,
        history=[item for item in all.history if _who(item.value) in {"", person}],
        mail=[item for item in all.mail if _who(item.value) in {"", person}],
        timers=[item for item in all.timers if _who(item.value) in {"", person}],
        others=list(dict.fromkeys(_who(item.value) for item in theirs)),
    )
    ids = mine.ids
    return msgspec.structs.replace(
        mine,
        outbox=[item for item in all.outbox if _names(item.value) & ids],
        live=[item for item in all.live if (names := _names(item.value)) and not names & theirs_ids],
        keys=[key for key in all.keys if _is_one_of(tail(key, address), ids)],
    )


def _is_one_of(name: str, ids: set[str]) -> bool:
    return name in ids or name.rpartition(":")[0] in ids


def _who(value: object) -> str:
    if isinstance(value, HistoryEntry):
        return value.by
    return value.person.id if isinstance(value, AnyEvent) else ""


def _names(value: object) -> set[str]:
    """Ids by which other records speak of this one, or it of them."""
    if isinstance(value, HistoryEntry | AnyEvent):
        return {value.id} - {""}
    if isinstance(value, Outgoing):
        return {value.key, value.in_reply_to} - {""}
    data = value["data"] if isinstance(value, dict) else {}
    return {str(data.get("id", "")), str(data.get("in_reply_to", ""))} - {""}


def _lines(lines: Sequence[bytes], decode: Callable[[bytes], T]) -> list[Item]:
    return [Item(line, _try(decode, line)) for line in lines]


def _try(decode: Callable[[bytes], T], raw: bytes) -> T | None:
    try:
        return decode(raw)
    except CorruptRecord:
        return None


def _shown(fields: Sequence[bytes]) -> dict[str, Any]:
    pairs = dict(zip(fields[::2], fields[1::2], strict=True))
    try:
        data = orjson.loads(pairs.get(b"d", b"{}"))
    except orjson.JSONDecodeError:
        data = {}
    return {"type": pairs.get(b"t", b"").decode("utf-8", "replace"), "data": data}
