"""Keys that another program wrote over: a conversation's are set aside, kept and noted; shared ones stop the intake."""

from __future__ import annotations

import secrets

import structlog

from botcore.delivery import keys
from botcore.stores.commands import Commands
from botcore.stores.errors import ForeignKey
from botcore.stores.script import Script
from botcore.types import Address

log = structlog.get_logger()

_ASIDE = Script.load("botcore.delivery.scripts", "aside.lua")
_PROBE = Script.load("botcore.delivery.scripts", "probe.lua")
_SHARED = {
    keys.READY: "stream",
    keys.DEAD: "stream",
    keys.DUE: "zset",
    keys.PULSES: "zset",
    keys.DEAD_COUNTS: "hash",
}


async def set_aside(commands: Commands, address: Address) -> bool:
    """Rename this conversation's keys that are not of botcore's kind. False where there was none."""
    types = {
        keys.state(address): "hash",
        keys.mailbox(address): "list",
        keys.history(address): "list",
        keys.outbox(address): "list",
        keys.timers(address): "hash",
        keys.live(address): "stream",
    }
    mark = secrets.token_hex(4)
    names = [name for key in types for name in (key, f"{keys.FOREIGN}:{mark}:{key}")]
    count = await commands.script(_ASIDE, [keys.FOREIGN, *names], [*types.values()])
    if count:
        log.error(
            "keys of another program stood in a conversation's place and were renamed",
            conversation=str(address),
            renamed_to=f"{keys.FOREIGN}:{mark}:*",
        )
    return bool(count)


async def probe(commands: Commands) -> str:
    """Empty where messages can be stored, else what an operator should look at.

    Raises StoreFull, StoreUnavailable or ForeignKey where none can be.
    """
    count, *shared = await commands.script(_PROBE, [keys.PROBE, keys.FOREIGN, *_SHARED], [*_SHARED.values()])
    if shared:
        raise ForeignKey(
            f"{shared[0].decode()} in Redis should be a {_SHARED[shared[0].decode()]} of botcore's, and is a "
            f"{shared[1].decode()} of another program: rename or delete it, and give each a database of its own"
        )
    if not count:
        return ""
    return (
        f"keys of another program stood in the place of {count} of botcore's and were renamed: HGETALL {keys.FOREIGN} "
        "in Redis names them; DEL it when that is settled"
    )
