"""What one process counts beside its web server, for Prometheus; read when `/metrics` is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from botcore.app.app import App


class AppMetrics(Collector):
    def __init__(self, app: App) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        worker, senders, watchdog = self._app.worker, self._app.senders, self._app.watchdog
        if worker:
            yield CounterMetricFamily("botcore_turns", "Turns answered", worker.handled)
            yield CounterMetricFamily("botcore_dead_letters", "Events given up", worker.buried)
        if senders:
            given_up = sum(sender.given_up for sender in senders)
            given_up += sum(channel.given_up for channel in self._app.sole.values())
            yield CounterMetricFamily(
                "botcore_messages_given_up", "Messages that no try could deliver", given_up
            )
            uncertain = sum(channel.uncertain for channel in self._app.channels.values())
            yield CounterMetricFamily(
                "botcore_uncertain_sends",
                "Sends whose outcome nobody knows, on channels without an idempotency key",
                uncertain,
            )
        yield CounterMetricFamily(
            "botcore_loop_blocks", "Times that the event loop was blocked for 250 ms", watchdog.count
        )
        yield CounterMetricFamily(
            "botcore_loop_blocked_seconds", "How long it was blocked in these", watchdog.seconds
        )
