"""redis-py's errors as botcore's."""

from __future__ import annotations

from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)

from botcore.errors import StoreError, StoreFull, StoreUnavailable

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError)


class ForeignKey(StoreUnavailable):
    """One of botcore's keys holds what another program put there. Nothing can be stored beside it."""


def translate(error: RedisError) -> StoreError:
    """What a failed command means. `MISCONF` is the server's word for a disk that takes no more."""
    text = str(error)
    if "MISCONF" in text:
        return StoreFull(
            f"Redis can't write to its disk. What is stored is kept; free space there, or mend the disk: {text}"
        )
    if isinstance(error, OutOfMemoryError) or "OOM" in text:
        return StoreFull(
            f"Redis has no memory left. What is stored is kept; raise its maxmemory, or free some: {text}"
        )
    if "WRONGTYPE" in text:
        return ForeignKey(
            f"A key of botcore's in Redis holds something of another program; give each a database of its own: {text}"
        )
    if isinstance(error, _AWAY):
        return StoreUnavailable(f"Redis can't be reached: {text}")
    return StoreError(f"Redis: {text}")
