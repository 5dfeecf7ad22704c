"""Requests for a human, as the team's list: what `ctx.hand_over()` writes and `botcore desk list` shows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

import msgspec
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from botcore.stores.records.records import Records
from botcore.stores.records.schema import handovers
from botcore.types import Address, Person

ALPHABET = "2346789ABCDEFGHJKMNPQRTUVWXY"
"""Signs of a reference: none that is taken for another when read aloud or from a screen (0 O, 1 I L, 5 S, Z)."""
REASON_LIMIT = 2000
"""Characters kept of a reason."""


class Handover(msgspec.Struct, frozen=True):
    """One person's wish for a human."""

    reference: str
    address: Address
    person: Person
    reason: str
    created_at: float
    closed_at: float | None = None


class RequestDesk:
    """Implements the promise `HumanDesk` over the records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def request(self, address: Address, person: Person, reason: str) -> str:
        """The reference, such as `H-7K3Q`. The first reason of an open request stands."""
        where = storable(str(address))
        async with self._records.writing() as connection:
            known = await _open_reference(connection, where)
            if known:
                return known
            reference = await _fresh_reference(connection)
            await connection.execute(
                insert(handovers).values(
                    reference=reference,
                    address=where,
                    person_id=storable(person.id),
                    person_name=storable(person.name),
                    reason=storable(reason)[:REASON_LIMIT],
                    created_at=time.time(),
                )
            )
        return reference

    async def list_open(self) -> Sequence[Handover]:
        """Oldest first."""
        query = select(handovers).where(handovers.c.closed_at.is_(None)).order_by(handovers.c.created_at)
        async with self._records.reading() as connection:
            return [_handover(row) for row in await connection.execute(query)]

    async def close(self, reference: str) -> bool:
        """Take the request off the list, however its reference is typed (`h-7k3q`). False where none is open."""
        change = (
            update(handovers)
            .where(
                handovers.c.reference == storable(reference).strip().upper(), handovers.c.closed_at.is_(None)
            )
            .values(closed_at=time.time())
        )
        async with self._records.writing() as connection:
            return (await connection.execute(change)).rowcount > 0


def storable(text: str) -> str:
    """The text without what a database refuses: NUL is dropped, lone surrogates are replaced."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


async def _open_reference(connection: AsyncConnection, address: str) -> str | None:
    query = select(handovers.c.reference).where(
        handovers.c.address == address, handovers.c.closed_at.is_(None)
    )
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def _fresh_reference(connection: AsyncConnection) -> str:
    """Four signs, and one more for every three that are taken: 28^4 are enough for years of most desks."""
    for attempt in range(24):
        reference = "H-" + "".join(secrets.choice(ALPHABET) for _ in range(4 + attempt // 3))
        query = select(handovers.c.reference).where(handovers.c.reference == reference)
        if (await connection.execute(query)).scalar() is None:
            break
    return reference


def _handover(row: Row[tuple[object, ...]]) -> Handover:
    fields = row._mapping
    return Handover(
        reference=fields["reference"],
        address=Address.parse(fields["address"]),
        person=Person(id=fields["person_id"], name=fields["person_name"]),
        reason=fields["reason"],
        created_at=fields["created_at"],
        closed_at=fields["closed_at"],
    )
