"""Engines for SQLite and PostgreSQL that behave alike: writers take turns, and wait rather than fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from botcore.errors import StoreError

BUSY_SECONDS = 10.0
"""How long a statement waits for another process's write before the database counts as locked."""
WRITER_LOCK = 0x626F74636F7265
"""Key of PostgreSQL's advisory lock for writers: `botcore` in ASCII."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


def parse_url(text: str) -> URL:
    """The URL with the async driver in it. Raises StoreError, never showing a password."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError(
            "database.url is no database address; write sqlite:///path/to/botcore.db or postgresql://user:password@host/name"
        ) from error
    driver = _DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise StoreError(
            f"database.url: {url.drivername!r} is not supported; use sqlite:/// or postgresql://"
        )
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise StoreError("database.url: SQLite needs a file, as in sqlite:///path/to/botcore.db")
    return url.set(drivername=driver)


def connect(url: URL) -> AsyncEngine:
    """An engine whose connections begin as `execution_options(writes=True)` says. Nothing is opened yet."""
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url)
    try:
        engine = create_async_engine(url, pool_pre_ping=True, connect_args={"timeout": BUSY_SECONDS})
    except ModuleNotFoundError as error:
        raise StoreError(
            "database.url names PostgreSQL, whose driver is missing: pip install 'botcore[postgres]'"
        ) from error
    event.listen(engine.sync_engine, "begin", _take_turn)
    return engine


def _connect_sqlite(url: URL) -> AsyncEngine:
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the database's folder can't be made: {error}") from error
    # Without an isolation level the driver opens no transaction of its own, so that _begin can choose its kind.
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that reads first and then writes can't wait, it fails as locked."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _take_turn(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def _writes(connection: Connection) -> bool:
    options: dict[str, Any] = dict(connection.get_execution_options())
    return bool(options.get("writes"))
