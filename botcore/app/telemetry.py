"""Traces for an OpenTelemetry collector, switched on by OpenTelemetry's own variable for its address."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botcore.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""https://opentelemetry.io/docs/specs/otel/protocol/exporter/"""


def collector(environment: Mapping[str, str] = os.environ) -> str:
    """Where traces go; empty where nowhere."""
    return next((environment[name] for name in VARIABLES if environment.get(name)), "")


def open_tracer() -> tuple[Tracer, Callable[[], None]] | None:
    """A tracer, and what sends off the last spans when the bot stops; None where no collector is named.

    Raises ConfigurationError where the extra `otel` is missing.
    """
    if not collector():
        return None
    if importlib.util.find_spec("opentelemetry.sdk") is None:
        problem = "traces are asked for, but OpenTelemetry is not installed: pip install 'botcore[otel]'"
        raise ConfigurationError([Fault("the environment", VARIABLES[1], problem, collector())])
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "botcore"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("botcore"), provider.shutdown
