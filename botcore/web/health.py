"""`/healthz`, `/readyz` and `/metrics`: for whoever runs botcore. A worker serves these and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.parts import Readiness
from botcore.web.problems import json_response

READY_SECONDS = 5.0
log = structlog.get_logger()


class Health:
    def __init__(self, readiness: Callable[[], Awaitable[Readiness]], registry: CollectorRegistry) -> None:
        self._readiness = readiness
        self._registry = registry

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def alive(self, request: Request) -> Response:
        return json_response({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """503 where messages can't be taken, or where nobody can say in time."""
        readiness = await self._look()
        body = {"status": readiness.status, "parts": dict(readiness.parts)}
        return json_response(body, 200 if readiness.takes_messages else 503)

    async def _look(self) -> Readiness:
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self._readiness()
        except Exception as error:
            log.warning("readiness can't be found out", exc_info=error)
            return Readiness(False, {"readiness": f"can't be found out: {type(error).__name__}; see the log"})

    async def metrics(self, request: Request) -> Response:
        text = await asyncio.to_thread(generate_latest, self._registry)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})
