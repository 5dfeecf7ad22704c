"""Updates that Telegram brings by itself, for whoever serves `telegram.webhook_url`."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable


class TelegramWebhook:
    """What a web route needs: is it Telegram, and here is its update."""

    def __init__(self, secret: str, take: Callable[[object], Awaitable[None]]) -> None:
        self._secret = secret.encode()
        self._take = take

    def secret_matches(self, header: str) -> bool:
        """In constant time. Without a secret nobody is let in."""
        given = header.encode("utf-8", "replace")
        return bool(self._secret) and hmac.compare_digest(given, self._secret)

    async def handle(self, update: object) -> None:
        """Returns once the update is durable, or is none of the bot's business. Raises StoreError."""
        await self._take(update)
