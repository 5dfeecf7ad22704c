"""One line in the log for each turn: who answered, why, and how long it took. No message text."""

from __future__ import annotations

import structlog

from botcore.dispatch.turn import Turn
from botcore.middleware.base import Next

log = structlog.get_logger()


class Trace:
    """`message_text = True` adds what was said, for those who ask for it."""

    def __init__(self, *, message_text: bool = False) -> None:
        self._message_text = message_text

    async def __call__(self, turn: Turn, next: Next) -> None:
        try:
            await next(turn)
        finally:
            summary = turn.summary()
            said = {"said": turn.text, "answered": [out.reply.text for out in turn.outgoing]}
            log.info(
                "turn",
                plugin=summary.plugin,
                handler=summary.handler,
                intent=summary.intent,
                by=summary.by,
                language=summary.language,
                replies=len(turn.outgoing),
                ms=summary.timings_ms["total"],
                **(said if self._message_text else {}),
            )
