"""In which language a person's first message is answered, where it is a command with a text behind it."""

from __future__ import annotations

import pytest

from botcore import Context, Plugin
from botcore.testing import TestBot

plugin = Plugin("words")
SPANISH = "la casa blanca está muy lejos de aquí"
CHINESE = "我今天去学校，很高兴。"


@plugin.command("translate", foreign=True)
async def translate(ctx: Context) -> str:
    return ctx.language


@plugin.command("check")
async def check(ctx: Context) -> str:
    return ctx.language


@pytest.mark.parametrize(
    ("said", "locale", "language"),
    [
        (f"/translate remember en>es: the house = {SPANISH}", "", "en"),
        (f"/translate {SPANISH}", "", "en"),
        (f"/translate {SPANISH}", "de-AT", "de"),
        (f"/translate {CHINESE}", "", "zh"),
        (f"/translate {CHINESE}", "fr", "fr"),
        (f"/translate {SPANISH}", "zh-CN", "zh"),
        (f"/check {SPANISH}", "", "es"),
        (f"/check {CHINESE}", "", "zh"),
        (f"/check {CHINESE}", "en", "zh"),
    ],
)
async def test_a_text_behind_a_command_tells_the_language_unless_it_may_be_in_any(
    said: str, locale: str, language: str
) -> None:
    async with TestBot(plugin) as bot:
        assert await bot.say(said, locale=locale) == language


async def test_the_language_of_the_dialogue_outlasts_every_command() -> None:
    async with TestBot(plugin, language="en") as bot:
        await bot.say("Guten Morgen, wie geht es Ihnen heute?")
        assert await bot.say(f"/translate {CHINESE}") == "de"
        assert await bot.say(f"/check {CHINESE}") == "de"
