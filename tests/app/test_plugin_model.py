"""A plugin speaks with the voice that its settings name."""

from __future__ import annotations

import asyncio
from pathlib import Path

from botcore.testing.fake_engine import FakeEngine
from tests.app.service import PROBE_ONLY, service_in
from tests.app.talk import Talk

TEACHER = """from botcore import Context, Plugin, Stream

plugin = Plugin("teacher")


@plugin.fallback
async def teach(ctx: Context) -> Stream:
    return ctx.ask(ctx.text)
"""


async def test_a_plugins_requests_are_for_the_adapter_that_its_settings_name(tmp_path: Path) -> None:
    async with FakeEngine(models=("base", "tutor")) as server:
        settings = PROBE_ONLY | {
            "BOTCORE_PLUGINS__ENABLED": '["teacher"]',
            "BOTCORE_PLUGINS__TEACHER__MODEL": "tutor",
            "BOTCORE_ENGINE__URLS": f'["{server.url}"]',
            "BOTCORE_ENGINE__MODEL": "base",
            "BOTCORE_ENGINE__ADAPTERS": '["tutor=adapters/tutor"]',
        }
        with service_in(tmp_path / "bot", settings) as service:
            folder = service.folder / "plugins" / "teacher"
            folder.mkdir()
            (folder / "plugin.py").write_text(TEACHER, "utf-8")
            talk = await Talk(await asyncio.to_thread(service.start)).begin()
            answers = await talk.ask("What is a verb?")
            assert [one["text"] for one in answers] == ["You said: What is a verb?"]
            assert await asyncio.to_thread(service.stop) == 0
        assert [request.body["model"] for request in server.requests] == ["tutor"]
        assert server.loaded == [{"lora_name": "tutor", "lora_path": "adapters/tutor"}]
