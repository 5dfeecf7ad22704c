"""`/telegram/webhook`: where Telegram brings its updates, if it is told to."""

from __future__ import annotations

from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.bodies import decode, read_body
from botcore.web.problems import Problem, json_response

PATH = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # the name of the header
UPDATE_BYTES = 1024 * 1024
"""Telegram's largest updates are far below that."""
BODY_SECONDS = 30.0

_update = msgspec.json.Decoder(object)


class Webhook(Protocol):
    """`channels.telegram.TelegramChannel.webhook` is one."""

    def secret_matches(self, header: str) -> bool: ...

    async def handle(self, update: object) -> None:
        """Returns once the update is durable. Raises StoreError."""


def telegram_routes(webhook: Webhook) -> list[BaseRoute]:
    """For `create_web_app(parts, routes=...)`. Telegram repeats what is not answered by 2xx."""

    async def receive(request: Request) -> Response:
        if not webhook.secret_matches(request.headers.get(SECRET_HEADER, "")):
            raise Problem(401, "unauthorized", headers={"connection": "close"})
        body = await read_body(request, limit=UPDATE_BYTES, seconds=BODY_SECONDS)
        await webhook.handle(decode(_update, body))
        return json_response({})

    return [Route(PATH, receive, methods=["POST"])]
