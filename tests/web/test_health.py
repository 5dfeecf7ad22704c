"""What operators and their machines look at."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from botcore.errors import MailboxFull
from botcore.web.app import create_health_app
from botcore.web.parts import Readiness, WebParts
from tests.web.conftest import Bot, all_well, bearing, begin, in_process


async def test_a_living_process_says_so(client: httpx2.AsyncClient) -> None:
    response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("readiness", "status", "word"),
    [
        (Readiness(True, {"store": "ok"}), 200, "ok"),
        (Readiness(True, {}), 200, "ok"),
        (Readiness(True, {"store": "ok", "engine": "no answer from http://x"}), 200, "degraded"),
        (Readiness(False, {"store": "away"}), 503, "unavailable"),
    ],
)
async def test_readiness_is_about_taking_messages(
    parts: WebParts, readiness: Readiness, status: int, word: str
) -> None:
    async def look() -> Readiness:
        return readiness

    async with in_process(replace(parts, readiness=look)) as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.json()) == (
        status,
        {"status": word, "parts": dict(readiness.parts)},
    )


async def test_readiness_that_fails_is_no_readiness(parts: WebParts) -> None:
    async def fail() -> Readiness:
        raise OSError("password=secret")

    async with in_process(replace(parts, readiness=fail)) as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert "secret" not in response.text


async def test_metrics_count_what_happened(client: httpx2.AsyncClient, bot: Bot) -> None:
    session = await begin(client)
    await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    bot.refuses = MailboxFull()
    await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    await client.get("/made/up/by/a/client")
    response = await client.get("/metrics")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert found["botcore_web_messages_total", "accepted"] == 2  # the greeting is one
    assert found["botcore_web_messages_total", "rejected"] == 1
    assert found["botcore_http_requests_total", "/api/v1/messages", "202"] == 1
    assert found["botcore_http_requests_total", "/api/v1/messages", "429"] == 1
    assert found["botcore_http_requests_total", "unknown", "404"] == 1
    assert found["botcore_http_request_seconds_count", "/api/v1/messages"] == 2
    assert "made/up" not in response.text


async def test_a_worker_shows_its_health_and_nothing_else(parts: WebParts) -> None:
    app = create_health_app(all_well, parts.texts, CollectorRegistry())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://bot") as client:
        statuses = [
            (await client.get(path)).status_code
            for path in ["/healthz", "/readyz", "/metrics", "/", "/api/v1/events", "/v1/models"]
        ]
    assert statuses == [200, 200, 200, 404, 404, 404]
