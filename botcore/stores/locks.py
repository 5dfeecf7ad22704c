"""Locks between processes on one machine. The kernel lets go of them when their process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class FileLock:
    """An advisory lock on a file (flock). Closing it, or dying, lets go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_exclusive(self) -> bool:
        """Whether this process now holds the lock alone."""
        return self._try(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def share(self) -> None:
        """Hold the lock together with others; waits while one holds it alone."""
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def exclusive(self) -> None:
        """Hold the lock alone; waits for the others."""
        fcntl.flock(self._open(), fcntl.LOCK_EX)

    def note(self, text: str) -> None:
        """Leave a word for whoever finds the lock taken."""
        os.ftruncate(self._open(), 0)
        os.pwrite(self._open(), text.encode(), 0)

    def noted(self) -> str:
        return os.pread(self._open(), 200, 0).decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Closing twice is a no-op."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        if self._fd is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._fd

    def _try(self, operation: int) -> bool:
        try:
            fcntl.flock(self._open(), operation)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
