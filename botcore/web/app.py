"""Puts the web server's routes together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import BaseRoute

from botcore.i18n.texts import Catalog
from botcore.web.api import Api
from botcore.web.assets import Assets
from botcore.web.completions import Completions
from botcore.web.edge import Edge
from botcore.web.events import Events
from botcore.web.health import Health
from botcore.web.metrics import WebMetrics
from botcore.web.openapi import OpenApi
from botcore.web.parts import Readiness, WebParts
from botcore.web.refusals import Refusals
from botcore.web.sockets import Sockets
from botcore.web.streams import Streams
from botcore.web.tokens import Keys, Visitors
from botcore.web.visits import Doorway, Visits


def create_web_app(parts: WebParts, *, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The gateway's whole outside. `routes` are those of other packages (console, webhooks); they come first.

    `app.state.streams` is the `Streams` that a stopping server closes; other packages hold their streams there too.
    """
    metrics = WebMetrics(parts.registry)
    refusals = Refusals(parts.texts)
    streams = Streams(metrics, stream_seconds=parts.limits.stream_seconds)
    visitors = Visitors(parts.sessions)
    doorway = Doorway(parts, metrics)
    visits = Visits(parts, doorway)
    own = [
        *Api(visits, visitors, parts.limits).routes,
        *Events(
            parts.live, visitors, streams, refusals=refusals, metrics=metrics, limits=parts.limits
        ).routes,
        *Sockets(
            parts.live, visits, visitors, streams, refusals=refusals, metrics=metrics, limits=parts.limits
        ).routes,
        *Completions(
            parts, Keys(parts.api_keys), doorway, streams, refusals=refusals, metrics=metrics
        ).routes,
        *Health(parts.readiness, parts.registry).routes,
        *OpenApi().routes,
        *Assets(parts.static, parts.title).routes,
    ]
    return _assemble([*routes, *own], refusals, metrics, streams, origins=parts.origins)


def create_health_app(
    readiness: Callable[[], Awaitable[Readiness]], texts: Catalog, registry: CollectorRegistry
) -> Starlette:
    """What a worker shows: health and metrics."""
    metrics = WebMetrics(registry)
    streams = Streams(metrics, stream_seconds=0)
    return _assemble(Health(readiness, registry).routes, Refusals(texts), metrics, streams)


def _assemble(
    routes: Sequence[BaseRoute],
    refusals: Refusals,
    metrics: WebMetrics,
    streams: Streams,
    *,
    origins: Sequence[str] = (),
) -> Starlette:
    layers = [Middleware(Edge, refusals=refusals, metrics=metrics)]
    if origins:  # around the Edge, so that a page elsewhere can read errors too
        layers.insert(0, _cors(origins))
    app = Starlette(routes=routes, middleware=layers, exception_handlers={HTTPException: _pass_on})
    app.router.redirect_slashes = False
    app.state.streams = streams
    return app


def _cors(origins: Sequence[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "last-event-id"],
        expose_headers=["retry-after"],
        max_age=3600,
    )


async def _pass_on(request: Request, error: Exception) -> NoReturn:
    """To the Edge, which gives every error the same shape."""
    raise error
