"""Whoever adds a place in which something of a person is kept is told here to think of erasing it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import botcore
from botcore.app.people.keyspace import SERVICE
from botcore.delivery import keys
from botcore.stores.records.schema import metadata
from botcore.types import Address
from tests.people.conftest import Store

ADA = "7340912856"
CHAT = Address("telegram", ADA)
NOT_OF_PEOPLE = {"documents", "chunks", "marks"}
"""Tables in which nothing stands of those who chat."""
NAMES_NO_CONVERSATION = {"lease", "lease_tokens", "out", "pace", "note"}
"""Functions of `delivery/keys.py` that are given names of services. `rate` and notes are given a person."""
SHARED = {
    "READY": "erase_own.lua and queue_afresh.lua",
    "DEAD": "Holdings.letters",
    "DUE": "drop_timers",
    "TRACES": "Holdings.traces",
    "FOREIGN": "drop_foreign",
    "DEAD_COUNTS": "counts only",
    "PULSES": "processes only",
    "PULSES_SINCE": "a time",
    "RATES": "processes only",
    "ROOM": "a number",
    "PROBE": "nothing",
}
"""Keys that all conversations share, and what takes a person out of them."""


def functions() -> dict[str, Callable[..., str]]:
    return {name: one for name, one in vars(keys).items() if inspect.isfunction(one)}


def of_conversations() -> dict[str, Callable[..., str]]:
    return {name: one for name, one in functions().items() if "address" in inspect.signature(one).parameters}


async def test_every_kind_of_key_of_a_conversation_is_erased(store: Store) -> None:
    mine, others = [], []
    for name, make in of_conversations().items():
        more = ["x"] * (len(inspect.signature(make).parameters) - 1)
        for chat, made in ((CHAT, mine), (Address("telegram", "1"), others)):
            made.append(make(chat, *more))
            await _fill(store, name, made[-1])
    await store.erase("telegram", ADA)
    left = await store.keys()
    assert [name for name in mine if name.encode() in left] == []
    assert [name for name in others if name.encode() not in left] == []


async def _fill(store: Store, name: str, key: str) -> None:
    redis = store.dialogues.redis
    if name in {"state", "timers", "shown", "attempts"}:
        await redis.hset(key, "field", "value")
    elif name in {"mailbox", "history", "outbox", "shown_order"}:
        await redis.rpush(key, "value")
    elif name == "live":
        await redis.xadd(key, {"t": "typing", "d": "{}"})
    else:
        await redis.set(key, "value")


async def test_a_new_kind_of_key_is_erased_if_its_name_holds_the_address(store: Store) -> None:
    await store.dialogues.redis.set(f"{keys.PREFIX}new:{CHAT}", "value")
    await store.dialogues.redis.set(f"{keys.PREFIX}new:{CHAT}:part", "value")
    await store.dialogues.redis.set(f"{keys.PREFIX}n:telegram:preview:{CHAT}:1.ab:0", "value")
    await store.dialogues.redis.hset(keys.FOREIGN, keys.state(CHAT), "string")
    await store.erase("telegram", ADA)
    assert await store.keys() == {}


def test_every_other_key_is_known_to_be_of_nobody_or_taken_care_of() -> None:
    others = functions().keys() - of_conversations().keys() - {"rate"}
    assert others <= NAMES_NO_CONVERSATION, "say here whether these name people, and erase them if they do"
    constants = {
        name for name, value in vars(keys).items() if isinstance(value, str) and value.startswith(keys.PREFIX)
    }
    assert constants - {"PREFIX"} == SHARED.keys(), "say here what takes a person out of these"
    assert "out" in SERVICE


def test_every_key_is_named_in_one_module_or_known_here() -> None:
    """A key that is made elsewhere is not seen by the tests above."""
    known = {"delivery/keys.py", "delivery/presence.py", "memory/redis.py", "web/redis_sessions.py"}
    root = Path(botcore.__file__).parent
    making = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r'keys import .*PREFIX|keys\.PREFIX|"b:', path.read_text("utf-8"))
    }
    assert {path for path in making if not path.startswith("app/people/")} == known


def test_every_table_about_people_says_whom_it_is_about() -> None:
    about = {
        name for name, table in metadata.tables.items() if {"address", "person_id"} <= set(table.c.keys())
    }
    assert metadata.tables.keys() - about == NOT_OF_PEOPLE, "give it the columns address and person_id"
