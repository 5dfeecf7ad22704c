"""Who speaks is answered like who writes, where a server makes text of speech."""

from __future__ import annotations

import asyncio
import base64
import io
import wave
from pathlib import Path

from aiohttp import web

from tests.app.service import PROBE_ONLY, service_in
from tests.app.talk import Talk
from tests.web.conftest import bearing


async def test_a_voice_message_is_answered_by_what_was_said_in_it(tmp_path: Path) -> None:
    models: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        models.append(str((await request.post())["model"]))
        return web.json_response({"text": "Where is my order?"})

    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = PROBE_ONLY | {
        "BOTCORE_ENGINE__TRANSCRIPTION_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/v1",
        "BOTCORE_ENGINE__TRANSCRIPTION_MODEL": "whisper",
    }
    with service_in(tmp_path / "bot", settings) as service:
        talk = await Talk(await asyncio.to_thread(service.start)).begin()
        spoken = {
            "name": "voice.wav",
            "media_type": "audio/wav",
            "data": base64.b64encode(half_a_second()).decode(),
        }
        async with service.http() as http:
            posted = await http.post(
                "/api/v1/messages", json={"attachments": [spoken]}, headers=bearing(talk.session)
            )
        answers = await talk.answer(posted.json()["id"])
        assert [one["text"] for one in answers] == ["You said: Where is my order?"]
        assert await asyncio.to_thread(service.stop) == 0
    await runner.cleanup()
    assert models == ["whisper"]


def half_a_second() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(16_000)
        recording.writeframes(bytes(16_000))
    return written.getvalue()
