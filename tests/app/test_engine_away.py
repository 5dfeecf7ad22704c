"""A bot whose language model is away altogether: it answers by itself, and says so."""

from __future__ import annotations

from pathlib import Path

from tests.app.service import service_in
from tests.app.talk import Talk

AWAY = '["http://127.0.0.1:9/v1", "http://127.0.0.1:19/v1"]'


async def test_with_all_engines_away_the_bot_is_degraded_and_answers_without_a_model(tmp_path: Path) -> None:
    settings = {"BOTCORE_ENGINE__URLS": AWAY, "BOTCORE_PLUGINS__ENABLED": '["customer_service", "assistant"]'}
    with service_in(tmp_path / "bot", settings) as service:
        documents = service.folder / "config" / "knowledge"
        documents.mkdir(parents=True)
        (documents / "returns.md").write_text(
            "# Returns\n\n## How long do I have to return something?\n\nYou have 30 days to return something.\n",
            "utf-8",
        )
        talk = await Talk(service.start()).begin()
        async with service.http() as http:
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            assert ready.json()["parts"]["engine"].count("No engine answers at") == 2
        for question, known in (
            ("How long do I have to return something?", "30 days"),
            ("Why is the sky blue?", ""),
        ):
            answers = await talk.answer(await talk.say(question))
            assert len(answers) == 1
            assert known in answers[0]["text"]
            assert answers[0]["text"].count("language model") == 1
        assert service.stop() == 0
