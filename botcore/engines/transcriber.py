"""What a transcriber promises: speech becomes text."""

from __future__ import annotations

from typing import Protocol

from botcore.types import Attachment


class Transcriber(Protocol):
    async def transcribe(self, audio: bytes, media_type: str, *, language: str = "") -> str:
        """What is said in a recording, as text; empty where nothing is.

        `media_type` is what the channel says of it (`audio/ogg`); the bytes themselves may say otherwise. `language`
        is an ISO 639-1 code that the speaker probably uses, empty where it is not known.

        Raises EngineUnavailable, EngineTimeout, or EngineRefused for what is no recording, or too long a one.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections. Closing twice is a no-op."""
        ...


def is_recording(attachment: Attachment) -> bool:
    return attachment.media_type.partition("/")[0] == "audio"
