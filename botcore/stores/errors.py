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


def translate(error: RedisError) -> StoreError:
    """What a failed command means. `MISCONF` is the server's word for a disk that takes no more."""
    text = str(error)
    if isinstance(error, OutOfMemoryError) or "OOM" in text or "MISCONF" in text:
        return StoreFull(f"Redis refuses writes: {text}")
    if isinstance(error, _AWAY):
        return StoreUnavailable(f"Redis can't be reached: {text}")
    return StoreError(f"Redis: {text}")
