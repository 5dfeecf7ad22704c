"""Brings interactions to a bot's web address, signed as Discord signs them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import aiohttp

from botcore.testing.fake_discord.world import Json

if TYPE_CHECKING:
    from nacl.signing import SigningKey


def new_key() -> SigningKey:
    """Needs PyNaCl, which the extra `discord` brings."""
    from nacl.signing import SigningKey

    return SigningKey.generate()


class Calling:
    """Calls one address."""

    def __init__(self, url: str, key: SigningKey) -> None:
        self.url = url
        self._key = key

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers that go with the body."""
        timestamp = str(int(time.time()))
        signature = self._key.sign(timestamp.encode() + body).signature.hex()
        return {
            "X-Signature-Ed25519": signature,
            "X-Signature-Timestamp": timestamp,
            "Content-Type": "application/json",
        }

    async def call(self, payload: Json) -> Json:
        """The bot's answer. Raises AssertionError for one that Discord would call a failed interaction."""
        body = json.dumps(payload).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=self.signed(body)) as response,
        ):
            if response.status != 200:
                raise AssertionError(f"{self.url} answered {response.status}: {await response.text()}")
            answer: Json = await response.json()
            return answer
