"""Takes a person's data out of a store that others go on writing to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

from botcore.app.people.contents import Contents, read_contents
from botcore.app.people.finding import Part
from botcore.app.people.keyspace import belongs, key_named
from botcore.conversation import ConversationState, encode
from botcore.delivery import keys
from botcore.delivery.base import Live
from botcore.stores.commands import Argument, Commands
from botcore.stores.script import Script
from botcore.types import Address

_OWN = Script.load("botcore.delivery.scripts", "erase_own.lua")
_DROP = Script.load("botcore.delivery.scripts", "stream_drop.lua")
_AFRESH = Script.load("botcore.delivery.scripts", "queue_afresh.lua")
_SHARE = Script.load("botcore.delivery.scripts", "erase_share.lua")
LOOK_SECONDS = 0.25
PAGE = 500


async def until_quiet(commands: Commands, live: Live, addresses: Sequence[Address], seconds: float) -> None:
    """Ask for the end of what is being answered there, and wait until nothing waits or is being sent, at most so long."""
    deadline = time.monotonic() + seconds
    while await _busy(commands, addresses) and time.monotonic() < deadline:
        await stop(live, addresses)
        await asyncio.sleep(LOOK_SECONDS)


async def stop(live: Live, addresses: Iterable[Address]) -> None:
    await asyncio.gather(*(live.stop(address) for address in addresses))


async def erase_conversation(commands: Commands, part: Part, person: str) -> int:
    """How many keys and lines there were. A turn in flight there can't be committed any more."""
    if part.own:
        count = int(
            await commands.script(
                _OWN, [*_keys(part.address), keys.live(part.address)], [str(part.address), keys.GROUP]
            )
        )
        return count + await unlink(commands, (key.name for key in part.keys))
    while True:
        contents = await read_contents(commands, part, person)
        removed = int(
            await commands.script(_SHARE, _keys(part.address), _share(part.address, contents, person))
        )
        if removed >= 0:
            removed += await drop(commands, keys.live(part.address), [item.name for item in contents.live])
            return removed + await unlink(commands, (key.name for key in contents.keys))


async def unlink(commands: Commands, names: Iterable[bytes | str]) -> int:
    """How many of these keys there were."""
    every = list(names)
    pages = [every[n : n + PAGE] for n in range(0, len(every), PAGE)]
    return sum([int(await commands("UNLINK", *page)) for page in pages])


async def drop(commands: Commands, stream: str, entries: Sequence[bytes | str]) -> int:
    """Drop entries of a stream that has no group. How many of these there were."""
    return int(await commands.script(_DROP, [stream], [*entries])) if entries else 0


async def drop_timers(commands: Commands, addresses: set[str]) -> int:
    """Those that are due some day and whose conversation is gone."""
    cursor, dropped = b"0", 0
    while True:
        cursor, found = await commands("ZSCAN", keys.DUE, cursor, "COUNT", PAGE)
        mine = [
            one for one in found[::2] if one.decode("utf-8", "surrogateescape").partition(" ")[2] in addresses
        ]
        if mine:
            dropped += int(await commands("ZREM", keys.DUE, *mine))
        if cursor == b"0":
            return dropped


async def drop_foreign(commands: Commands, addresses: set[str]) -> int:
    """From the list of keys that another program wrote over."""
    names = await commands("HKEYS", keys.FOREIGN)
    mine = [name for name in names if (key := key_named(name)) and belongs(key, addresses)]
    return int(await commands("HDEL", keys.FOREIGN, *mine)) if mine else 0


async def renew_queues(commands: Commands, channel: str) -> None:
    """Leave nothing of erased entries in the pages of the queues, but for pages in which others are being worked on."""
    for queue in (keys.READY, keys.out(channel)):
        await commands.script(_AFRESH, [queue], [keys.GROUP])


async def rewrite_log(commands: Commands, seconds: float) -> bool:
    """Have the server write its append-only file anew, without what was deleted. False where that takes longer.

    True where it keeps none. Raises StoreError where the server does not allow it.
    """
    if not await _persistence(commands, "aof_enabled"):
        return True
    deadline = time.monotonic() + seconds
    while await _persistence(
        commands, "aof_rewrite_in_progress"
    ):  # one that began before the erasure does not count
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(LOOK_SECONDS)
    await commands("BGREWRITEAOF")
    while await _persistence(commands, "aof_rewrite_in_progress", "aof_rewrite_scheduled"):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(LOOK_SECONDS)
    return True


async def _persistence(commands: Commands, *names: str) -> bool:
    lines = (await commands("INFO", "persistence")).decode().splitlines()
    return any(f"{name}:1" in lines for name in names)


async def _busy(commands: Commands, addresses: Sequence[Address]) -> bool:
    names = [key for address in addresses for key in (keys.mailbox(address), keys.outbox(address))]
    return bool(names) and bool(await commands("EXISTS", *names))


def _keys(address: Address) -> list[str]:
    return [
        keys.state(address),
        keys.mailbox(address),
        keys.history(address),
        keys.outbox(address),
        keys.timers(address),
        keys.READY,
        keys.out(address.channel),
        keys.DUE,
    ]


def _share(address: Address, contents: Contents, person: str) -> list[Argument]:
    lists = [contents.history, contents.mail, contents.outbox, contents.timers]
    return [
        str(address),
        keys.GROUP,
        contents.stored_state,
        encode(_without(contents, person)) if contents.stored_state else b"",
        *(len(items) for items in lists),
        *(item.name for items in lists for item in items),
    ]


def _without(contents: Contents, person: str) -> ConversationState:
    """What plugins keep of a conversation may hold anybody's words, so it begins afresh, as after /reset."""
    state = contents.state.afresh()
    state.shared = True
    if state.person == person:
        state.person = next(iter(contents.others), "")
    return state
