"""Calls to Telegram by python-telegram-bot, with their failures in our own words."""

from __future__ import annotations

import os
from typing import Any

from telegram import Bot, InputFile

from botcore.channels.telegram.failures import Refused, failure_of
from botcore.channels.telegram.options import TelegramOptions
from botcore.channels.telegram.requests import Carrier

# Without this opt-in the library warns of a coming change whenever Telegram says how long to wait.
os.environ.setdefault("PTB_TIMEDELTA", "true")


class _Wire(Bot):
    """The library's bot without its parsing: one odd update must not take the others of its batch along, and a message
    whose receipt looks odd was sent all the same."""

    async def call(self, method: str, parameters: dict[str, Any], read_seconds: float) -> Any:
        return await self._post(method, parameters, read_timeout=read_seconds)


class Api:
    """Open until `aclose`. Every method raises a TelegramFailure."""

    def __init__(self, options: TelegramOptions) -> None:
        self._options = options
        self._carrier = Carrier(options.call_seconds)
        self._wire = _Wire(
            options.token,
            base_url=options.api_url,
            base_file_url=options.file_url,
            request=self._carrier,
            get_updates_request=self._carrier,
        )

    async def call(self, method: str, *, patience: float = 0.0, **parameters: Any) -> Any:
        """The result as JSON. `patience` are seconds that the server may take besides the usual ones."""
        given = {name: value for name, value in parameters.items() if value is not None}
        try:
            return await self._wire.call(method, given, self._options.call_seconds + patience)
        except Exception as error:
            raise failure_of(error, method) from error

    async def upload(
        self, method: str, field: str, name: str, media_type: str, data: bytes, **parameters: Any
    ) -> Any:
        file = InputFile(data, filename=name)
        if media_type:
            file.mimetype = media_type
        return await self.call(method, patience=len(data) / 50_000, **{field: file}, **parameters)

    async def download(self, file_id: str, limit: int) -> bytes:
        """A file of at most `limit` bytes. Raises TooLarge where it is larger, whatever Telegram says of its size."""
        place = await self.call("getFile", file_id=file_id)
        path = place.get("file_path") if isinstance(place, dict) else None
        if not isinstance(path, str) or path.startswith("/") or "://" in path:
            raise Refused("Telegram named no place for the file.")
        return await self._carrier.fetch(f"{self._options.file_url}{self._options.token}/{path}", limit)

    async def aclose(self) -> None:
        await self._carrier.shutdown()


def message_id_of(sent: Any) -> int:
    """Of the message that a call has sent; 0 where its receipt does not tell."""
    number = sent.get("message_id") if isinstance(sent, dict) else None
    return number if isinstance(number, int) else 0
