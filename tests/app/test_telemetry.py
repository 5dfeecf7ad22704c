"""Traces for operators: what reaches a collector."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from botcore import Context, Plugin
from botcore.app.telemetry import VARIABLES, open_tracer
from botcore.middleware import compose
from botcore.middleware.spans import Spans
from botcore.testing import TestBot

plugin = Plugin("echo")


@plugin.command("echo")
async def echo(ctx: Context) -> str:
    """Say it back."""
    return ctx.args


@pytest.fixture
async def collected(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Span]]:
    """A real collector's address in the environment, and the spans that arrive there."""
    spans: list[Span] = []

    async def take(request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        spans.extend(
            span for part in sent.resource_spans for scope in part.scope_spans for span in scope.spans
        )
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    yield spans
    await runner.cleanup()


async def test_a_turn_is_a_span_with_its_steps_and_without_its_text(collected: list[Span]) -> None:
    tracing = open_tracer()
    assert tracing
    tracer, shut_down = tracing
    bot = TestBot(plugin)
    bot.wrap(lambda handle: compose([Spans(tracer)], handle))
    async with bot:
        assert await bot.say("/echo a secret word") == "a secret word"
    await asyncio.to_thread(shut_down)
    [span] = collected
    attributes = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
    assert span.name == "turn"
    assert attributes["botcore.plugin"] == "echo"
    assert attributes["botcore.by"] == "command"
    assert attributes["botcore.replies"] == 1
    assert "echo./echo" in [event.name for event in span.events]
    assert b"secret" not in span.SerializeToString()


def test_nothing_is_traced_unless_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert open_tracer() is None
