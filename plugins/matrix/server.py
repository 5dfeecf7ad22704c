"""The homeserver by matrix-nio: its refusals and failures as errors of botcore's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import nio
from aiohttp import ClientError

from botcore.channels.base import ChannelError

from .settings import MatrixConfig

DEVICE = "BOTCORE"
"""Always the same, since the homeserver tells repeated sends by the device."""
POLL_MS = 30_000
CALL_SECONDS = 40.0
GONE = {"M_FORBIDDEN", "M_NOT_FOUND", "M_UNKNOWN_ROOM", "M_GUEST_ACCESS_FORBIDDEN"}

R = TypeVar("R", bound=nio.Response)


class Gone(Exception):
    """The room is closed to the bot, or what it asks for is not allowed there; another try is useless."""


class Homeserver:
    """`log_in()` first. Every call raises ChannelError where another try may work, and Gone where none can."""

    def __init__(self, config: MatrixConfig) -> None:
        self._config = config
        options = nio.AsyncClientConfig(max_limit_exceeded=5, max_timeouts=1, request_timeout=CALL_SECONDS)
        self._client = nio.AsyncClient(config.homeserver, config.user, device_id=DEVICE, config=options)
        self.user = config.user

    async def log_in(self) -> str:
        """The bot's display name."""
        await _said(
            self._client.login(self._config.password.get_secret_value(), "botcore"), nio.LoginResponse
        )
        self.user = self._client.user_id
        name = await _said(self._client.get_displayname(), nio.ProfileGetDisplayNameResponse)
        return name.displayname or ""

    async def sync(self, since: str) -> nio.SyncResponse:
        """What has happened since; from now on where `since` is empty."""
        timeout = POLL_MS if since else 0
        return await _said(self._client.sync(timeout=timeout, since=since or None), nio.SyncResponse)

    async def missed(self, room: str, before: str, after: str) -> list[dict[str, Any]]:
        """Events that a sync left out, oldest first: at most 100."""
        answer = await _said(
            self._client.room_messages(room, before, after, nio.MessageDirection.back, 100),
            nio.RoomMessagesResponse,
        )
        return [event.source for event in reversed(answer.chunk)]

    async def join(self, room: str) -> None:
        await _said(self._client.join(room), nio.JoinResponse)

    async def send(self, room: str, content: dict[str, Any], transaction: str) -> str:
        """Id of the event, which is the same for the same transaction."""
        sent = await _said(
            self._client.room_send(room, "m.room.message", content, transaction), nio.RoomSendResponse
        )
        return sent.event_id

    async def upload(self, name: str, media_type: str, data: bytes) -> str:
        """The `mxc:` address of the file."""
        call = self._client.upload(lambda *_: data, media_type, name, filesize=len(data))
        async with _deadline():
            answer, _ = await call
        return _checked(answer, nio.UploadResponse).content_uri

    async def typing(self, room: str, on: bool) -> None:
        await _said(self._client.room_typing(room, on, 12_000), nio.RoomTypingResponse)

    def is_private(self, room: str) -> bool:
        """Whether only one person is there beside the bot."""
        known = self._client.rooms.get(room)
        return known is not None and known.member_count <= 2

    def name_of(self, room: str, user: str) -> str:
        known = self._client.rooms.get(room)
        return (known.user_name(user) or "") if known else ""

    async def aclose(self) -> None:
        await self._client.close()


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """What fails on the way becomes a ChannelError."""
    try:
        async with asyncio.timeout(CALL_SECONDS + POLL_MS / 1000):
            yield
    except TimeoutError as error:
        raise ChannelError("the Matrix homeserver does not answer") from error
    except (ClientError, OSError) as error:
        raise ChannelError(f"the Matrix homeserver can't be reached: {error}") from error


async def _said(call: Awaitable[Any], expected: type[R]) -> R:
    async with _deadline():
        return _checked(await call, expected)


def _checked(answer: Any, expected: type[R]) -> R:
    if isinstance(answer, expected):
        return answer
    code, said = getattr(answer, "status_code", ""), getattr(answer, "message", str(answer))
    if code in GONE:
        raise Gone(f"{code}: {said}")
    raise ChannelError(f"the Matrix homeserver says {code or 'no'}: {said}")
