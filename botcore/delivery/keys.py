"""Names of the keys in Redis. All of them share one hash tag, so that one script may touch several on a cluster."""

from __future__ import annotations

from botcore.types import Address

PREFIX = "b:{0}:"
READY = PREFIX + "ready"
DEAD = PREFIX + "dead"
DUE = PREFIX + "due"
"""Timers of all conversations by the time when they are due."""
PULSES = PREFIX + "pulses"
"""Processes by the time when they were last heard, in ms of the server's clock."""
PULSES_SINCE = PULSES + ":since"
"""Since when there was no break in which nobody was heard."""
RATES = PREFIX + "rates"
"""Turns a second that each worker can do."""
ROOM = PREFIX + "room"
"""How many conversations may wait for all of them, while they live."""
DEAD_COUNTS = PREFIX + "dead:counts"
TRACES = PREFIX + "traces"
"""The latest turns of all conversations."""
FOREIGN = PREFIX + "foreign"
"""Keys of another program that stood in the place of ours, and their types."""
PROBE = PREFIX + "probe"
WAKE = "b:wake"
"""Pub/sub channel: a live stream has grown. A hint only; the stream itself is the truth."""
STOP = "b:stop"
"""Pub/sub channel: a conversation's answer should end."""
CHANGED = "b:changed"
"""Pub/sub channel: a person edits or deletes something in this conversation. A hint; the event is in the mailbox."""
GROUP = "botcore"


def mailbox(address: Address) -> str:
    return f"{PREFIX}m:{address}"


def state(address: Address) -> str:
    return f"{PREFIX}s:{address}"


def history(address: Address) -> str:
    return f"{PREFIX}h:{address}"


def timers(address: Address) -> str:
    return f"{PREFIX}t:{address}"


def outbox(address: Address) -> str:
    return f"{PREFIX}o:{address}"


def out(channel: str) -> str:
    return f"{PREFIX}out:{channel}"


def live(address: Address) -> str:
    return f"{PREFIX}e:{address}"


def live_key(address: Address, key: str) -> str:
    return f"{PREFIX}k:{address}:{key}"


def shown(address: Address) -> str:
    return f"{PREFIX}v:{address}"


def shown_order(address: Address) -> str:
    return f"{PREFIX}vo:{address}"


def attempts(address: Address, key: str) -> str:
    return f"{PREFIX}a:{address}:{key}"


def seen(address: Address, id: str) -> str:
    return f"{PREFIX}d:{address}:{id}"


def lease(name: str) -> str:
    return f"{PREFIX}lease:{name}"


def lease_tokens(name: str) -> str:
    return f"{PREFIX}lease:{name}:tokens"


def pace(name: str) -> str:
    return f"{PREFIX}p:{name}"


def rate(limit_key: str) -> str:
    return f"{PREFIX}l:{limit_key}"


def note(channel: str, key: str) -> str:
    return f"{PREFIX}n:{channel}:{key}"
