"""Everything that is kept of a person as one JSON object that people can read."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from botcore import __version__
from botcore.app.people.contents import Contents, Item
from botcore.app.people.finding import Part
from botcore.app.people.keyspace import Key
from botcore.app.people.people import Holdings
from botcore.stores.commands import Commands
from botcore.types import Address

_TIMES = frozenset({"at", "due", "created", "created_at", "closed_at"})


async def as_document(found: Holdings, commands: Commands) -> dict[str, Any]:
    """Times are in UTC, files in base64."""
    parts = zip(found.parts, found.contents, strict=True)
    document = {
        "person": str(found.owner),
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "botcore": __version__,
        "conversations": [await _conversation(part, contents, commands) for part, contents in parts],
        "notes": list(found.notes),
        "web_session": {**found.session},
        "dead_letters": [letter.kept for letter in found.letters],
        "traces": list(found.traces.values()),
        "records": {table: list(rows) for table, rows in found.rows.items()},
        "typed_lines": list(found.typed_lines),
    }
    readable: dict[str, Any] = _readable(document)
    return readable


async def _conversation(part: Part, contents: Contents, commands: Commands) -> dict[str, Any]:
    return {
        "address": part.address,
        "shared_with_others": not part.own,
        "state": contents.state if part.own else None,
        "history": _values(contents.history),
        "waiting": _values(contents.mail),
        "being_sent": _values(contents.outbox),
        "timers": _values(contents.timers),
        "shown": _values(contents.live),
        "other_keys": {_text(key.name): await _value(key, commands) for key in contents.keys},
    }


def _values(items: Sequence[Item]) -> list[object]:
    return [item.value for item in items if item.value is not None]


async def _value(key: Key, commands: Commands) -> object:
    """Whatever stands under a key, by its type."""
    kind = (await commands("TYPE", key.name)).decode()
    if kind == "string":
        return _text(await commands("GET", key.name) or b"")
    if kind == "hash":
        flat = await commands("HGETALL", key.name)
        return {_text(name): _text(value) for name, value in zip(flat[::2], flat[1::2], strict=True)}
    if kind == "stream":
        entries = await commands("XRANGE", key.name, "-", "+")
        return {_text(id): [_text(one) for one in fields] for id, fields in entries}
    reads = {"list": ("LRANGE", 0, -1), "set": ("SMEMBERS",), "zset": ("ZRANGE", 0, -1)}
    if kind not in reads:
        return None
    command, *bounds = reads[kind]
    return [_text(one) for one in await commands(str(command), key.name, *bounds)]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii")


def _readable(value: object) -> Any:
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, msgspec.Struct):
        return _readable({name: getattr(value, name) for name in value.__struct_fields__})
    if isinstance(value, Mapping):
        return {str(name): _time(one) if name in _TIMES else _readable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(one) for one in value]
    return value


def _time(value: object) -> object:
    try:
        seconds = float(value)  # type: ignore[arg-type]  # whatever stands there
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (TypeError, ValueError, OverflowError, OSError):
        return _readable(value)
