"""Sessions of visitors: who may read and write one conversation of the web channel.

A token is `<session>.<secret>`. The store keeps the SHA-256 of the secret, never the secret itself; a fast hash
is enough for 256 random bits. A session expires when it was not used for the retention time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

RETENTION_SECONDS = 30 * 86_400
_NOBODY = hashlib.sha256(secrets.token_bytes(32)).digest()


class Session(msgspec.Struct, frozen=True):
    """One visitor's conversation."""

    id: str
    name: str = ""
    locale: str = ""
    """As the client told it, a BCP 47 tag or nothing."""


class SessionStore(Protocol):
    """Keeps sessions past the life of this process (but for the one in memory)."""

    async def create(self, *, name: str = "", locale: str = "") -> tuple[Session, str]:
        """A new session and its token. Raises StoreUnavailable or StoreFull."""

    async def find(self, token: str) -> Session | None:
        """The session of this token, its life prolonged; None where there is none. Raises StoreUnavailable."""

    async def forget(self, session: str) -> None:
        """Delete it: its token is worth nothing from now on. No-op where there is none."""


def new_token() -> tuple[str, str]:
    """A session id of 128 random bits and a secret of 256."""
    return secrets.token_urlsafe(16), secrets.token_urlsafe(32)


def split_token(token: str) -> tuple[str, str]:
    session, _, secret = token.partition(".")
    return session, secret


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def matches(secret: str, kept: bytes | None) -> bool:
    """Compared in constant time, for a session that doesn't exist too."""
    return hmac.compare_digest(digest(secret), kept or _NOBODY) and kept is not None


class MemorySessions(SessionStore):
    """Sessions that end with the process."""

    def __init__(
        self, *, retention_seconds: float = RETENTION_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._retention = retention_seconds
        self._clock = clock
        self._kept: dict[str, tuple[Session, bytes, float]] = {}

    async def create(self, *, name: str = "", locale: str = "") -> tuple[Session, str]:
        self._drop_expired()
        id, secret = new_token()
        session = Session(id, name, locale)
        self._kept[id] = (session, digest(secret), self._clock() + self._retention)
        return session, f"{id}.{secret}"

    async def find(self, token: str) -> Session | None:
        self._drop_expired()
        id, secret = split_token(token)
        session, kept, _ = self._kept.get(id, (None, None, 0.0))
        if not matches(secret, kept) or session is None or kept is None:
            return None
        del self._kept[id]  # to the end: the oldest stand first
        self._kept[id] = (session, kept, self._clock() + self._retention)
        return session

    async def forget(self, session: str) -> None:
        self._kept.pop(session, None)

    def _drop_expired(self) -> None:
        now = self._clock()
        while self._kept and next(iter(self._kept.values()))[2] <= now:
            del self._kept[next(iter(self._kept))]
