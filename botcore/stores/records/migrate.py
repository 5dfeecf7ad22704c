"""Brings a database to the newest form. Costs one query where it has it already."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from botcore.errors import StoreError
from botcore.stores.records.connecting import BUSY_SECONDS, connect
from botcore.stores.records.schema import HEAD

SCRIPTS = Path(__file__).parent / "migrations"
_ASK_REVISION = "SELECT version_num FROM alembic_version"


async def migrate(engine: AsyncEngine) -> None:
    """Run the migrations that the database lacks, in one transaction: all of them, or none.

    Processes that start together take turns. Raises StoreError for a database of a newer botcore.
    """
    if await _revision(engine) != HEAD:
        await asyncio.to_thread(_upgrade_in_thread, engine.url)


async def _revision(engine: AsyncEngine) -> str:
    """Empty for a database without tables."""
    if engine.url.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_revision_of_file, str(engine.url.database))
    try:
        async with engine.connect() as connection:
            return str((await connection.execute(text(_ASK_REVISION))).scalar() or "")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "42P01":  # no such table
            raise
        return ""


def _revision_of_file(path: str) -> str:
    """By the plain driver: a file that can't be opened leaves a thread of the asynchronous one behind."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        try:
            row = connection.execute(_ASK_REVISION).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return ""
    return str(row[0]) if row else ""


def _upgrade_in_thread(url: URL) -> None:
    """Alembic is synchronous and slow to load: it gets a loop and a connection of its own."""
    asyncio.run(_upgrade_with_own_engine(url))


async def _upgrade_with_own_engine(url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        _use_wal(str(url.database))
    engine = connect(url)
    try:
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _use_wal(path: str) -> None:
    """Readers don't wait for the writer then. The file remembers it; it can't be set inside a transaction."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def cut_journal(path: str) -> bool:
    """Bring what the journal holds into the file, and empty it. False where somebody else is at it for long."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the database was made by a newer botcore ({error}); update botcore, nothing was changed"
        ) from error
