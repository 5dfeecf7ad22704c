"""The database's errors in the words of botcore, with what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from botcore.errors import CorruptRecord, StoreError, StoreFull, StoreUnavailable

_LOCKED = "another process holds it; nothing was changed, try again in a moment"
_FULL = "no room is left on its disk; what it holds is kept, but nothing new is stored until space is freed"
_AWAY = "it can't be reached; nothing was changed, check database.url and that it runs"
_CANT_OPEN = "its file can't be opened; check that the folder exists and may be written by this user"
_READ_ONLY = "its file may not be written by this user; check its owner and permissions"
_BROKEN = "its file is damaged or no database; restore it from a backup, or move it away to start empty"
_NO_ENTRY = "the server refuses the login; check user, password and database name in database.url"

# https://www.sqlite.org/rescode.html, by the primary code; https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLITE: dict[str, tuple[type[StoreError], str]] = {
    "BUSY": (StoreUnavailable, _LOCKED),
    "LOCKED": (StoreUnavailable, _LOCKED),
    "FULL": (StoreFull, _FULL),
    "CANTOPEN": (StoreUnavailable, _CANT_OPEN),
    "READONLY": (StoreError, _READ_ONLY),
    "CORRUPT": (CorruptRecord, _BROKEN),
    "NOTADB": (CorruptRecord, _BROKEN),
}
_POSTGRES: dict[str, tuple[type[StoreError], str]] = {
    "08": (StoreUnavailable, _AWAY),
    "57": (StoreUnavailable, _AWAY),
    "53": (StoreFull, _FULL),
    "55": (StoreUnavailable, _LOCKED),
    "28": (StoreError, _NO_ENTRY),
    "3D": (StoreError, _NO_ENTRY),
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise StoreUnavailable, StoreFull, CorruptRecord or StoreError for what the database says."""
    try:
        yield
    except DBAPIError as error:
        kind, remedy = _kind_of(error.orig) or (StoreError, f"it refused a request: {error.orig}")
        raise kind(f"the database {where}: {remedy}") from error
    except (PoolTimeout, OSError) as error:
        kind, remedy = _kind_of(error) or (StoreUnavailable, _AWAY)
        raise kind(f"the database {where}: {remedy}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database {where}: {error}") from error
    except Exception as error:  # asyncpg's own errors while it connects are not wrapped
        kind_of_it = _kind_of(error)
        if kind_of_it is None:
            raise
        kind, remedy = kind_of_it
        raise kind(f"the database {where}: {remedy}") from error


def _kind_of(error: BaseException | None) -> tuple[type[StoreError], str] | None:
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        return _SQLITE.get(name.removeprefix("SQLITE_").partition("_")[0])
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRES.get(state[:2])
    return None
