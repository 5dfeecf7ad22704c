"""A handler that fails or hangs still ends in exactly one honest message, and the dialogue goes on."""

from __future__ import annotations

import asyncio

import structlog

from botcore.dispatch.dispatcher import engine_text
from botcore.dispatch.turn import Step, Turn
from botcore.errors import EngineError
from botcore.i18n.texts import Catalog
from botcore.middleware.base import Next

log = structlog.get_logger()


class Apology:
    """Outermost. `deadline` is for the whole turn, in seconds."""

    def __init__(self, texts: Catalog, deadline: float) -> None:
        self._texts = texts
        self._deadline = deadline

    async def __call__(self, turn: Turn, next: Next) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                await next(turn)
        except TimeoutError as error:
            self._say(turn, "too_long", error)
        except EngineError as error:
            self._say(turn, engine_text(error), error)
        except Exception as error:  # whatever a plugin raises, the person gets a sentence
            self._say(turn, "apology", error)

    def _say(self, turn: Turn, key: str, error: BaseException) -> None:
        log.error("a handler failed", plugin=turn.plugin, handler=turn.handler, exc_info=error)
        turn.steps.append(Step("failure", f"{type(error).__name__}: {error}", 0.0))
        turn.roll_back()
        turn.give_up(self._texts.text(turn.language, key, reference=turn.trace_id))
