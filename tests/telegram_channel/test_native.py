"""The bundled assistant on Telegram: the first words, and the commands that everybody knows."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from botcore.app.app import open_app
from botcore.config import Settings
from botcore.config.settings import PluginSettings, TelegramSettings
from botcore.testing.fake_telegram import FakeTelegram


async def test_the_bot_says_that_it_is_one_and_how_to_reach_a_person_and_knows_the_usual_commands(
    tmp_path: Path,
) -> None:
    async with FakeTelegram() as fake:
        telegram = TelegramSettings(token=SecretStr(fake.token), api_url=fake.api_url, file_url=fake.file_url)
        settings = Settings(
            data_dir=tmp_path, telegram=telegram, plugins=PluginSettings(enabled=["assistant"])
        )
        ann, carol = fake.person("Ann"), fake.person("Carol", language="zh")
        chat, shop = fake.private(ann), fake.business(fake.person("Owner"), carol)
        async with open_app(settings, worker=True, outside=True):
            fake.say(shop, carol, "你好")
            fake.say(chat, ann, "/start")
            await fake.until(lambda: len(fake.said(chat)) == 1 and len(fake.said(shop)) == 2, timeout=30)
            for number, (command, words) in enumerate(
                {
                    "/help": "/human",
                    "/lang": "/lang zh",
                    "/privacy": "This conversation",
                    "/human": "H-",
                    "/reset": "forgotten",
                    "/help@botcore_bot": "/reset",
                }.items(),
                start=2,
            ):
                fake.say(chat, ann, command)
                await fake.until(lambda sent=number: len(fake.said(chat)) == sent, timeout=30)  # type: ignore[misc]  # bound now
                assert words in fake.said(chat)[-1]
        assert "not a person" in fake.said(chat)[0]
        assert "/human" in fake.said(chat)[0]
        assert "/human" in fake.said(shop)[0], "a customer who pressed no Start is told too"
        assert {one["command"] for one in fake.methods.commands[""]} >= {
            "start", "help", "reset", "lang", "human", "privacy", "stop",
        }  # fmt: skip
