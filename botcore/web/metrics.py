"""What the web server counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class WebMetrics:
    """One set for each registry. Routes are labelled by their pattern, so that no label is made by a client."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "botcore_http_request_seconds",
            "Time to the end of a response (streams: to its first byte)",
            ["route"],
            registry=registry,
            buckets=_BUCKETS,
        )
        self.requests = Counter(
            "botcore_http_requests", "Requests by route and status", ["route", "status"], registry=registry
        )
        self.messages = Counter(
            "botcore_web_messages",
            "Messages of visitors and API clients by what became of them",
            ["outcome"],
            registry=registry,
        )
        self.streams = Gauge("botcore_web_streams", "Open streams", ["kind"], registry=registry)
        self.stalled = Counter(
            "botcore_web_stalled_readers",
            "Streams cut off since their reader took nothing",
            registry=registry,
        )
