"""Logs: for people on a terminal, JSON elsewhere; the trace id and the conversation stand on every line of a turn."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.types import Processor

from botcore.app.discretion import unquoted_traceback, words_left_out
from botcore.config.settings import LogSettings

# Without the values of local variables: they hold what people wrote, and secrets.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)


def set_up_logs(settings: LogSettings, *, quiet: bool = False) -> None:
    """Write to stderr, so that stdout is the command's own. `quiet` leaves warnings and errors only."""
    level = logging.WARNING if quiet else logging.getLevelNamesMapping()[settings.level.upper()]
    console = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    final = _for_people(settings) if console else _for_machines(settings)
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(level, shared, final)


def _for_people(settings: LogSettings) -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(
        pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer] if settings.message_text else [unquoted_traceback, renderer]


def _for_machines(settings: LogSettings) -> list[Processor]:
    renderer = structlog.processors.JSONRenderer()
    return [_TRACEBACKS, renderer] if settings.message_text else [_TRACEBACKS, words_left_out, renderer]


def _adopt_standard_logging(level: int, shared: list[Processor], final: list[Processor]) -> None:
    """uvicorn, SQLAlchemy and the channel libraries speak through the same formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
