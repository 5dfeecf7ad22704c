"""`/api/v1/sessions`, `/messages` and `/stop`: what a visitor does by a single request."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.bodies import decode, read_body
from botcore.web.parts import WebLimits
from botcore.web.problems import json_response
from botcore.web.rates import Rate
from botcore.web.tokens import Visitors
from botcore.web.visits import NewMessage, NewSession, Visits

SESSION_BYTES = 16 * 1024

_new_session = msgspec.json.Decoder(NewSession)
_new_message = msgspec.json.Decoder(NewMessage)


class Api:
    def __init__(self, visits: Visits, visitors: Visitors, limits: WebLimits) -> None:
        self._visits = visits
        self._visitors = visitors
        self._limits = limits
        self._rate = Rate(limits.sessions_per_minute)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/sessions", self.begin, methods=["POST"]),
            Route("/api/v1/messages", self.say, methods=["POST"]),
            Route("/api/v1/stop", self.stop, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        self._rate.admit(request.client.host if request.client else "")
        body = await read_body(request, limit=SESSION_BYTES, seconds=self._limits.body_seconds)
        session, token = await self._visits.begin(decode(_new_session, body or b"{}"))
        return json_response({"session": session.id, "token": token}, 201)

    async def say(self, request: Request) -> Response:
        session = await self._visitors.admit(request)
        limits = self._limits
        body = await read_body(request, limit=limits.body_bytes, seconds=limits.body_seconds)
        id = await self._visits.say(session, decode(_new_message, body))
        return json_response({"id": id}, 202)

    async def stop(self, request: Request) -> Response:
        session = await self._visitors.admit(request)
        await self._visits.stop(session)
        return json_response({}, 202)
