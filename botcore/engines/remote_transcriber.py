"""Speech to text by a server: `vllm serve` of a Whisper, or any with `/v1/audio/transcriptions`."""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec

from botcore.engines.recording import as_wav
from botcore.engines.remote import Remote
from botcore.errors import EngineRefused, EngineUnavailable

MEGABYTES = 25
"""The size that OpenAI's API takes, and more than a quarter of an hour of a messenger's voice messages."""


class _Reply(msgspec.Struct):
    text: str


class RemoteTranscriber:
    """A `Transcriber`. Recordings are made WAV first (the extra `voice`), since servers read few formats."""

    def __init__(self, url: str, model: str, *, api_key: str = "", seconds: float = 60.0) -> None:
        """`url` ends in `/v1`; `seconds` is the deadline for one recording."""
        self._remote = Remote(url, api_key=api_key, seconds=seconds)
        self._model = model

    async def transcribe(self, audio: bytes, media_type: str, *, language: str = "") -> str:
        if len(audio) > MEGABYTES << 20:
            raise EngineRefused(f"The recording is larger than {MEGABYTES} MB. Send a shorter one.")
        wav = await asyncio.to_thread(as_wav, audio)
        form = aiohttp.FormData()
        form.add_field("file", wav, filename="speech.wav", content_type="audio/wav")
        form.add_field("model", self._model)
        form.add_field("response_format", "json")
        if language:
            form.add_field("language", language)
        said = await self._remote.post("/audio/transcriptions", form, model=self._model)
        try:
            return msgspec.json.decode(said, type=_Reply).text.strip()
        except msgspec.DecodeError as error:
            raise EngineUnavailable(f"What {self._remote.url} sent is no transcript ({error}).") from error

    async def aclose(self) -> None:
        await self._remote.aclose()
