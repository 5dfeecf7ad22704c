"""A whole bot on Telegram and on Discord: the real libraries, a real Valkey, the services simulated."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from botcore.app.app import open_app
from botcore.app.site import web_server
from botcore.config import Settings
from botcore.config.settings import DiscordSettings, PluginSettings, TelegramSettings, WebSettings
from botcore.errors import ConfigurationError
from botcore.testing.fake_discord import FakeDiscord
from botcore.testing.fake_telegram import FakeTelegram

ASSISTANT = PluginSettings(enabled=["assistant"])


async def test_a_person_on_telegram_is_answered_in_their_language(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        telegram = TelegramSettings(token=SecretStr(fake.token), api_url=fake.api_url, file_url=fake.file_url)
        settings = Settings(data_dir=tmp_path, telegram=telegram, plugins=ASSISTANT)
        ann = fake.person("Ann", language="zh")
        chat = fake.private(ann)
        async with open_app(settings, worker=True, outside=True) as app:
            fake.say(chat, ann, "/help")
            await fake.until(lambda: fake.said(chat))
            assert "/human" in fake.said(chat)[0]
            assert "找真人" in fake.said(chat)[0]
            fake.say(chat, ann, "再见")
            await fake.until(lambda: len(fake.said(chat)) == 2)
            assert app.channels["telegram"].health() == ""
        assert {one["command"] for one in fake.methods.commands["zh"]} >= {"help", "human", "lang"}


async def test_a_person_on_discord_is_answered(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        discord = DiscordSettings(
            token=SecretStr(fake.token), api_url=fake.api_url, gateway_url=fake.gateway_url
        )
        settings = Settings(data_dir=tmp_path, discord=discord, plugins=ASSISTANT)
        async with open_app(settings, worker=True, outside=True) as app:
            await fake.until(lambda: app.channels["discord"].health() == "" and bool(fake.world.commands), 60)
            talk = fake.dm("ann")
            await fake.say(talk, "ann", "/help")
            await fake.until(lambda: bool(fake.answers(talk)), 60)
            assert "/human" in fake.answers(talk)[0]
            asked = await fake.slash(fake.channel(), "ben", "privacy")
            await fake.until(lambda: bool(fake.answers(asked.channel)), 60)
            assert "/reset" in fake.answers(asked.channel)[0]


async def test_a_service_without_a_token_loads_nothing_of_it(tmp_path: Path) -> None:
    async with open_app(Settings(data_dir=tmp_path, plugins=ASSISTANT), worker=True, outside=True) as app:
        assert sorted(app.channels) == ["cli", "openai", "web"]


async def test_discord_shows_menus_choices_and_private_answers_as_plugins_want_them(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        discord = DiscordSettings(
            token=SecretStr(fake.token), api_url=fake.api_url, gateway_url=fake.gateway_url
        )
        settings = Settings(data_dir=tmp_path, discord=discord, plugins=ASSISTANT)
        room = fake.channel()
        async with open_app(settings, worker=True, outside=True):
            await fake.until(lambda: bool(fake.world.commands), 60)
            by_name = {one["name"]: one for one in fake.world.commands}
            choices = by_name["lang"]["options"][0]["choices"]
            assert [one["value"] for one in choices] == ["en", "zh", "de", "es", "fr", "ja", "auto"]
            assert by_name["Ask support"]["name_localizations"]["zh-CN"] == "联系客服"
            asked = await fake.slash(room, "ann", "privacy")
            await fake.until(lambda: bool(fake.answers(room)), 60)
            assert asked.original is not None
            assert asked.original.ephemeral


async def test_discord_brings_interactions_to_the_web_server(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        discord = DiscordSettings(
            token=SecretStr(fake.token), api_url=fake.api_url, mode="http", public_key=fake.public_key
        )
        settings = Settings(data_dir=tmp_path, discord=discord, plugins=ASSISTANT, web=WebSettings(port=0))
        talk = fake.dm("ann")
        async with open_app(settings, worker=True, outside=True) as app, web_server(app) as server:
            await fake.until(lambda: bool(fake.world.commands), 60)
            fake.bring_interactions_to(f"{server.url}/discord/interactions")
            asked = await fake.slash(talk, "ann", "help")
            await fake.until(lambda: bool(fake.answers(talk)), 60)
            assert "/human" in fake.answers(talk)[0]
            assert fake.shown(talk) == [asked.original]


async def test_discord_by_http_needs_the_public_key(tmp_path: Path) -> None:
    discord = DiscordSettings(token=SecretStr("a.token"), mode="http")
    settings = Settings(data_dir=tmp_path, discord=discord, plugins=ASSISTANT)
    with pytest.raises(ConfigurationError, match="public_key"):
        async with open_app(settings, worker=False, outside=True):
            pass
