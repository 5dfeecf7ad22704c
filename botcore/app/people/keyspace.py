"""Which keys in Redis are about whom, read from their names, so that nobody on a message's way has to keep a list.

The name of a conversation's key is `b:{0}:<family>:<address>`, or that with `:<more>` behind it; a family that is
added keeps to it and is covered.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator

import msgspec

from botcore.delivery.keys import PREFIX
from botcore.stores.commands import Commands
from botcore.types import Address

WHOLE = frozenset("smhotev") | {"vo"}
"""Families whose names end with the address of a conversation."""
OF_CONVERSATIONS = WHOLE | frozenset("dka")
"""With those in which an id stands behind the address."""
SERVICE = frozenset({"lease", "out", "role"})
"""Families that name channels and roles, and nobody."""
OF_PEOPLE = frozenset({"l", "u"})
"""Families that name a person: rate limits and notes."""
PAGE = 2000
"""Keys that the server looks at in one step: it takes a few milliseconds for them."""


class Key(msgspec.Struct, frozen=True):
    """A key's name and its parts."""

    name: bytes
    family: str
    rest: str


async def names_of(commands: Commands, channel: str) -> AsyncIterator[list[bytes]]:
    """Every key that names the channel, in pages; some may come twice. It goes through all keys of the server."""
    pattern = f"b:*:{_literally(channel)}:*"
    cursor = b"0"
    while True:
        cursor, found = await commands("SCAN", cursor, "MATCH", pattern, "COUNT", PAGE)
        yield found
        if cursor == b"0":
            return


def named_after(address: Address, person: str) -> bool:
    """Whether the channel gives this chat the person's own id, as the web and Telegram do."""
    return address.chat == person or address.chat.startswith(f"{person}:")


def belongs(key: Key, mine: Collection[str], others: Collection[str] = ()) -> str:
    """Which of my addresses the key is of, or speaks of; empty for none. The longest address that fits decides."""
    if not mine or key.family in SERVICE or key.family in OF_PEOPLE:
        return ""
    channel = f"{next(iter(mine)).partition(':')[0]}:"
    for place in _places(key, channel):
        for address in _beginnings(key.rest[place:]):
            if address in others:
                return ""
            if address in mine:
                return address
    return ""


def tail(key: Key, address: str) -> str:
    """What stands behind the address: the id of an event or of a message."""
    return key.rest.removeprefix(address).removeprefix(":")


def _places(key: Key, channel: str) -> Iterator[int]:
    """Where an address may begin. What stands behind that of a conversation's key was chosen by others."""
    if key.rest.startswith(channel):
        yield 0
        if key.family in OF_CONVERSATIONS:
            return
    place = key.rest.find(f":{channel}")
    while place >= 0:
        yield place + 1
        place = key.rest.find(f":{channel}", place + 1)


def _beginnings(text: str) -> Iterator[str]:
    """`a:b:c`, `a:b`."""
    while ":" in text:
        yield text
        text = text.rpartition(":")[0]


def key_named(name: bytes) -> Key | None:
    """None for a key that is not botcore's."""
    text = name.decode("utf-8", "surrogateescape")
    if not text.startswith(PREFIX):
        return None
    family, _, rest = text.removeprefix(PREFIX).partition(":")
    return Key(name, family, rest)


def _literally(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "*?[]\\^-" else sign for sign in text)
