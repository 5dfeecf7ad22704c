"""One OpenTelemetry span for each turn, an event on it for each step. No message text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botcore.dispatch.turn import Turn
from botcore.middleware.base import Next

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


class Spans:
    """Outermost. `tracer` comes from whichever provider the operator has set up."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    async def __call__(self, turn: Turn, next: Next) -> None:
        attributes = {"botcore.channel": turn.event.address.channel, "botcore.trace_id": turn.trace_id}
        with self._tracer.start_as_current_span("turn", attributes=attributes) as span:
            try:
                await next(turn)
            finally:
                for step in turn.steps:
                    span.add_event(step.stage, {"detail": step.detail, "ms": step.ms})
                summary = turn.summary()
                for name in ("plugin", "handler", "intent", "by", "language"):
                    span.set_attribute(f"botcore.{name}", getattr(summary, name))
                span.set_attribute("botcore.replies", len(turn.outgoing))
