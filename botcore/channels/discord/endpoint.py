"""Interactions that Discord brings by HTTP, for whoever serves `/discord/interactions`.

Source: "Setting Up an Endpoint" in the reference at discord.com/developers/docs: Ed25519 over timestamp and body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from nacl.signing import VerifyKey

PING = 1
Heard = tuple[dict[str, Any], asyncio.Future[bool] | None]


class Answer(msgspec.Struct, frozen=True):
    """Of a call: the body to send, and what to tell once it has gone out."""

    body: dict[str, Any]
    sent: asyncio.Future[bool] | None = None

    async def gone(self) -> None:
        """Discord has the acknowledgement: from now on the interaction's token answers."""
        if self.sent and not self.sent.done():
            self.sent.set_result(True)


class Endpoint:
    """Checks that a call is Discord's before anybody reads it."""

    def __init__(self, public_key: str, hear: Callable[[object], Heard | None]) -> None:
        self._public_key = public_key
        self._hear = hear
        self._key: VerifyKey | None = None

    def is_discord(self, signature: str, timestamp: str, body: bytes) -> bool:
        """Without a public key nobody is let in. Takes some 0.1 ms."""
        from nacl.exceptions import BadSignatureError
        from nacl.signing import VerifyKey

        try:
            if self._key is None:
                self._key = VerifyKey(bytes.fromhex(self._public_key))
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
        except (BadSignatureError, ValueError, TypeError):
            return False
        return True

    def handle(self, payload: object) -> Answer:
        """At once. Raises ValueError for what is no interaction, or none that this bot offers."""
        if isinstance(payload, dict) and payload.get("type") == PING:
            return Answer({"type": PING})
        heard = self._hear(payload)
        if heard is None:
            raise ValueError("this bot does not offer an interaction of that kind")
        return Answer(*heard)
