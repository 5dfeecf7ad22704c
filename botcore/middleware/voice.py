"""A voice message becomes text before anybody answers it; where that can't be, the person is told."""

from __future__ import annotations

import structlog

from botcore.dispatch.turn import Turn
from botcore.engines.transcriber import Transcriber, is_recording
from botcore.errors import EngineError
from botcore.i18n.texts import Catalog
from botcore.middleware.base import Next
from botcore.types import Attachment, Reply

log = structlog.get_logger()

MAX_BYTES = 25 << 20
"""Of one recording: what transcription servers take, and an hour of Opus."""


class Voice:
    """Before the language is detected, so that a spoken text counts like a written one."""

    def __init__(self, texts: Catalog, transcriber: Transcriber | None) -> None:
        self._texts = texts
        self._transcriber = transcriber

    async def __call__(self, turn: Turn, next: Next) -> None:
        speaking = [one for one in turn.messages if any(map(is_recording, one.attachments))]
        if not speaking:
            await next(turn)
            return
        heard: list[str] = []
        for message in speaking:
            parts = [await self._heard(turn, one) for one in message.attachments if is_recording(one)]
            turn.hear(message.id, "\n".join(filter(None, parts)))
            heard += parts
        if not all(heard):
            turn.say(Reply(self._texts.text(turn.language, "voice_unheard")))
        if turn.text.strip():
            await next(turn)

    async def _heard(self, turn: Turn, recording: Attachment) -> str:
        """Empty where nothing was understood."""
        if self._transcriber is None or not recording.data or len(recording.data) > MAX_BYTES:
            return ""
        with turn.step("transcribe") as decided:
            try:
                text = await self._transcriber.transcribe(
                    recording.data, recording.media_type, language=turn.state.language
                )
            except EngineError as error:
                log.warning("a voice message could not be transcribed", error=str(error))
                decided(type(error).__name__)
                return ""
            decided(f"{len(text)} characters")
        return text.strip()
