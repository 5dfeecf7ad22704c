"""The database of a team: opened once, read by many, written by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from botcore.errors import StoreUnavailable
from botcore.stores.records.connecting import BUSY_SECONDS, connect, parse_url
from botcore.stores.records.faults import translated
from botcore.stores.records.migrate import cut_journal, migrate


class Records:
    """SQLite or PostgreSQL behind one face. Get one from `Records.open(url)`.

    Writers of this process queue in order of arrival, and then take turns with other processes by the
    database's own lock; so a busy database makes a writer wait (10 s at most) and does not fail as "locked".
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._readers = engine
        self._writers = engine.execution_options(writes=True)
        self._turn = asyncio.Lock()
        self.where = engine.url.set(drivername=engine.url.get_backend_name()).render_as_string(
            hide_password=True
        )
        """The address, its password masked."""

    @classmethod
    async def open(cls, url: str) -> Records:
        """Connect, and bring the tables to this version's form.

        Raises StoreError for an address that can't be used, StoreUnavailable where nothing answers there.
        """
        engine = connect(parse_url(url))
        records = cls(engine)
        try:
            with translated(records.where):
                await migrate(engine)
        except BaseException:
            await engine.dispose()
            raise
        return records

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        with translated(self.where):
            async with self._readers.begin() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that no other writer interleaves with: committed at the end, undone by an exception.

        Keep it short: do the slow work before. Raises StoreUnavailable where the turn does not come in 10 s.
        """
        await self._take_turn()
        try:
            with translated(self.where):
                async with self._writers.begin() as connection:
                    yield connection
        finally:
            self._turn.release()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable(
                f"the database {self.where}: other writers hold it for {BUSY_SECONDS:.0f} s; nothing was changed, try again"
            ) from error

    async def cut_journal(self) -> bool:
        """Leave nothing of erased rows in SQLite's journal. False where somebody is reading just now."""
        url = self._readers.url
        if url.get_backend_name() != "sqlite":
            return True
        with translated(self.where):
            return await asyncio.to_thread(cut_journal, str(url.database))

    async def aclose(self) -> None:
        """Close the connections. Closing twice is a no-op."""
        await self._readers.dispose()

    async def __aenter__(self) -> Records:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
