"""A person's rows in the database. A table is about people exactly if it has the columns `address` and `person_id`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from botcore.memory.base import Owner
from botcore.stores.records.desk import storable
from botcore.stores.records.records import Records
from botcore.stores.records.schema import metadata

Rows = Mapping[str, Sequence[dict[str, Any]]]
"""Table -> its rows, each by column."""


async def read_rows(records: Records, owner: Owner, own: Sequence[str]) -> Rows:
    """Every row of the person, and of their own conversations, whose addresses `own` names."""
    found: dict[str, Sequence[dict[str, Any]]] = {}
    async with records.reading() as connection:
        for table in _tables():
            rows = await connection.execute(select(table).where(_about(table, owner, own)))
            found[table.name] = [dict(row._mapping) for row in rows]
    return found


async def erase_rows(records: Records, owner: Owner, own: Sequence[str]) -> int:
    """How many there were."""
    async with records.writing() as connection:
        done = [
            await connection.execute(delete(table).where(_about(table, owner, own))) for table in _tables()
        ]
    return sum(one.rowcount for one in done)


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if {"address", "person_id"} <= set(table.c.keys())]


def _about(table: Table, owner: Owner, own: Sequence[str]) -> ColumnElement[bool]:
    by_person = and_(
        table.c.person_id == storable(owner.person),
        table.c.address.startswith(f"{storable(owner.channel)}:", autoescape=True),
    )
    return or_(by_person, table.c.address.in_([storable(address) for address in own]))
