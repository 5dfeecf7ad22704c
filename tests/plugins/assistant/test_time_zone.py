"""Where a person is, for dates and times."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import BaseModel

from botcore import Context, Plugin
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from botcore.testing import TestBot

[loaded] = load_plugins(["assistant"], plugin_folders())
ride = Plugin("ride")


class Ride(BaseModel):
    """When to come."""

    when: datetime


@ride.form("ride", Ride, examples=["book a ride"], confirm=False)
async def booked(ctx: Context, form: Ride) -> str:
    return form.when.isoformat()


@pytest.mark.parametrize("named", ["Europe/Berlin", "berlin", "  BERLIN ", "europe/berlin"])
async def test_a_zone_is_named_by_itself_or_by_a_city(named: str) -> None:
    async with TestBot(loaded.plugin) as bot:
        assert "Europe/Berlin" in await bot.say(f"/timezone {named}")


async def test_a_city_with_a_blank_in_its_name_is_found() -> None:
    async with TestBot(loaded.plugin) as bot:
        assert "America/New_York" in await bot.say("/timezone new york")


async def test_an_unknown_zone_offers_what_is_written_alike() -> None:
    async with TestBot(loaded.plugin) as bot:
        answer = await bot.say("/timezone Berlim")
        assert "Berlim" in answer
        assert answer.buttons[0] == "/timezone Europe/Berlin"
        assert (await bot.say("/timezone " + "x" * 5000)).buttons == []


async def test_dates_are_those_of_the_persons_zone_until_auto() -> None:
    async with TestBot(loaded.plugin, ride) as bot:
        await bot.say("/timezone Tokyo")
        await bot.say("/reset")
        await bot.say("book a ride")
        assert (await bot.say("2030-05-04 at 8 pm")).endswith("T20:00:00+09:00")
        await bot.say("/timezone auto")
        await bot.say("book a ride")
        assert (await bot.say("2030-05-04 at 8 pm")).endswith("T20:00:00+00:00")
