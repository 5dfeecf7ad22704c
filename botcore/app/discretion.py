"""Keeps what people write out of the log: an exception often quotes it (`int("my secret")`), so it stays unquoted."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from typing import Any

from structlog.types import EventDict, WrappedLogger

LEFT_OUT = "(its words may be a person's; log.message_text = true shows them)"


def words_left_out(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """For JSON, after the renderer of exceptions: lines of a turn keep types, files and lines, no messages."""
    if "trace_id" in event:
        for stack in _stacks(event.get("exception")):
            stack.update(exc_value=LEFT_OUT, exc_notes=[])
    return event


def unquoted_traceback(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The same for people, before the renderer: a traceback as Python prints it, without the messages."""
    if "trace_id" in event and (error := _error(event.get("exc_info"))):
        del event["exc_info"]
        event["exception"] = "\n".join(_unquoted(error))
    return event


def _stacks(rendered: Any) -> Iterator[dict[str, Any]]:
    for stack in rendered if isinstance(rendered, list) else ():
        yield stack
        for group in stack.get("exceptions", ()):
            yield from _stacks(group)


def _error(info: Any) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _unquoted(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _unquoted(before)
        yield "and then:"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _unquoted(one)
    yield f"{type(error).__name__} {LEFT_OUT}"
