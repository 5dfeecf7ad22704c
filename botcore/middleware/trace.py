"""One line in the log for each turn, and one trace in the store: who answered, why, and how long it took. No text."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from botcore.delivery.traces import Stage, TurnTrace
from botcore.dispatch.turn import Turn
from botcore.middleware.base import Next
from botcore.types import TurnSummary

log = structlog.get_logger()


class Trace:
    """`message_text = True` adds to the log what was said, for those who ask for it. `keep` stores a trace."""

    def __init__(
        self, keep: Callable[[TurnTrace], None] = lambda trace: None, *, message_text: bool = False
    ) -> None:
        self._keep = keep
        self._message_text = message_text

    async def __call__(self, turn: Turn, next: Next) -> None:
        began = time.time()
        try:
            await next(turn)
        finally:
            summary = turn.summary()
            self._keep(_trace(turn, summary, began))
            log.info(
                "turn",
                plugin=summary.plugin,
                handler=summary.handler,
                intent=summary.intent,
                by=summary.by,
                **({"stages": summary.stages} if summary.stages else {}),
                language=summary.language,
                replies=len(turn.outgoing),
                ms=summary.timings_ms["total"],
                **(_said(turn) if self._message_text else {}),
            )


def _said(turn: Turn) -> dict[str, str | list[str]]:
    return {"said": turn.text, "answered": [out.reply.text for out in turn.outgoing]}


def _trace(turn: Turn, summary: TurnSummary, began: float) -> TurnTrace:
    return TurnTrace(
        reference=turn.trace_id,
        address=turn.event.address,
        event=turn.event.id,
        person=turn.event.person.id,
        at=began,
        ms=summary.timings_ms["total"],
        kind=type(turn.event).__name__.lower(),
        plugin=summary.plugin,
        handler=summary.handler,
        intent=summary.intent,
        score=summary.score,
        by=summary.by,
        language=summary.language,
        replies=len(turn.outgoing),
        stages=[Stage(step.stage, step.detail, step.ms) for step in turn.steps],
    )
