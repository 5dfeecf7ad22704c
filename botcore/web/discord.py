"""`/discord/interactions`: where Discord brings slash commands, menus and buttons, if it is told to."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.bodies import decode, read_body
from botcore.web.problems import Problem, json_response

PATH = "/discord/interactions"
SIGNATURE_HEADER = "x-signature-ed25519"
TIMESTAMP_HEADER = "x-signature-timestamp"
INTERACTION_BYTES = 1024 * 1024
BODY_SECONDS = 3.0
"""Discord waits no longer for the answer."""

_payload = msgspec.json.Decoder(object)


class Answer(Protocol):
    @property
    def body(self) -> dict[str, Any]: ...

    async def gone(self) -> None:
        """The answer has been sent."""


class Endpoint(Protocol):
    """`channels.discord.DiscordChannel.endpoint` gives one."""

    def is_discord(self, signature: str, timestamp: str, body: bytes) -> bool: ...

    def handle(self, payload: object) -> Answer:
        """At once. Raises ValueError for what is no interaction."""


def discord_routes(endpoint: Endpoint) -> list[BaseRoute]:
    """For `create_web_app(parts, routes=...)`. The signature is checked before the body is read as anything."""

    async def receive(request: Request) -> Response:
        signature = request.headers.get(SIGNATURE_HEADER, "")
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        if not (signature and timestamp):
            raise Problem(401, "unauthorized", headers={"connection": "close"})
        body = await read_body(request, limit=INTERACTION_BYTES, seconds=BODY_SECONDS)
        if not endpoint.is_discord(signature, timestamp, body):
            raise Problem(401, "unauthorized", headers={"connection": "close"})
        try:
            answer = endpoint.handle(decode(_payload, body))
        except ValueError as error:
            raise Problem(400, "bad_field", detail=str(error)) from error
        response = json_response(answer.body)
        response.background = BackgroundTask(answer.gone)
        return response

    return [Route(PATH, receive, methods=["POST"])]
