"""Who asks: a visitor's token, or the key of a program. Looked at before a request's body is read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from starlette.requests import HTTPConnection

from botcore.web.problems import Problem
from botcore.web.refusals import LOCALE
from botcore.web.sessions import Session, SessionStore


def bearer(connection: HTTPConnection) -> str:
    """The token of the header `Authorization: Bearer <token>`, or nothing."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Visitors:
    """Lets in who holds a session's token."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    async def admit(self, connection: HTTPConnection, *, in_query: bool = False) -> Session:
        """Problem 401 without a valid token. `in_query` is for readers that can't set a header: `?token=`."""
        token = bearer(connection)
        if in_query and not token:
            token = connection.query_params.get("token", "")
        session = await self._sessions.find(token) if token else None
        if session is None:
            raise Problem(401, "unauthorized", headers={"www-authenticate": "Bearer"})
        connection.scope[LOCALE] = session.locale
        return session


class Keys:
    """Lets in who holds one of `web.api_keys`."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def admit(self, connection: HTTPConnection) -> str:
        """A short name of the key, which doesn't give it away. Problem 401 for a wrong one, or where none is set."""
        if not self._digests:
            raise _refused("no_api_keys")
        given = _digest(bearer(connection))
        matching = [digest for digest in self._digests if hmac.compare_digest(digest, given)]
        if not matching:
            raise _refused("wrong_api_key")
        return hashlib.sha256(matching[0]).hexdigest()[:16]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _refused(code: str) -> Problem:
    return Problem(401, code, headers={"www-authenticate": "Bearer"})
