"""A channel that a plugin brings: a third party needs no change to the core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from botcore.app.app import open_app
from botcore.config import Settings, load_settings
from botcore.errors import ConfigurationError, PluginError
from botcore.plugin import Plugin

PAGER = '''"""People with pagers."""

import asyncio

from pydantic import BaseModel

from botcore import Address, Context, Message, Person, Plugin, Reply
from botcore.channels.base import Channel, ChannelSetup


class Config(BaseModel, extra="forbid"):
    number: str = ""


plugin = Plugin("pager", config=Config)


class Pager(Channel):
    name = "pager"

    def __init__(self, setup):
        self.setup = setup
        self.air = asyncio.Queue()
        self.sent = asyncio.Queue()

    async def run(self, intake):
        count = int(await self.setup.notebook.read("count") or 0)
        while True:
            text = await self.air.get()
            count += 1
            person = Person("ann", locale="zh")
            event = Message(id=str(count), address=Address("pager", "ann"), person=person, at=0.0, text=text)
            await intake(event, limit_key="pager:ann")
            await self.setup.notebook.write("count", str(count))

    async def send(self, outgoing):
        await self.sent.put(outgoing)


@plugin.channel("pager", numbers_choices=True)
def open_pager(setup: ChannelSetup[Config]):
    return Pager(setup) if setup.config.number else None


@plugin.command("beep")
async def beep(ctx: Context) -> Reply:
    """Beep."""
    return Reply(ctx.t("beep", who=ctx.person.id), buttons=["Once", "Twice"])


@plugin.fallback
async def other(ctx: Context) -> str:
    return f"heard {ctx.text}"
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "pager", PAGER)
    (tmp_path / "plugins/pager/locales").mkdir()
    (tmp_path / "plugins/pager/locales/en.toml").write_text('beep = "Beep, {who}."')
    return tmp_path


def write(folder: Path, name: str, code: str) -> None:
    (folder / f"plugins/{name}").mkdir(parents=True)
    (folder / f"plugins/{name}/plugin.py").write_text(code)


def settings(*enabled: str, number: str = "7") -> Settings:
    tables: dict[str, Any] = {"plugins.enabled": list(enabled), "plugins.pager": {"number": number}}
    return load_settings(None, tables, environment={})


async def test_people_reach_the_bot_by_a_plugins_channel_and_choose_by_number(folder: Path) -> None:
    async with open_app(settings("pager"), worker=True, outside=True) as app:
        pager: Any = app.channels["pager"]
        pager.air.put_nowait("/beep")
        asked = await pager.sent.get()
        assert (asked.reply.text, list(asked.reply.buttons)) == ("Beep, ann.", ["Once", "Twice"])
        pager.air.put_nowait("2")
        assert (await pager.sent.get()).reply.text == "heard Twice"
        assert pager.setup.texts("zh", "beep", who="you") == "Beep, you."
        assert dict(pager.setup.commands["en"]) == {"beep": "Beep."}
        while await pager.setup.notebook.read("count") != "2":
            pass
    async with open_app(settings("pager"), worker=True, outside=True) as app:
        pager = app.channels["pager"]
        pager.air.put_nowait("again")
        assert (await pager.sent.get()).in_reply_to == "3"  # where it stopped is remembered


async def test_a_channel_that_is_not_set_up_is_not_there(folder: Path) -> None:
    async with open_app(settings("pager", number=""), worker=True, outside=True) as app:
        assert "pager" not in app.channels


async def test_two_plugins_with_one_channel_and_one_that_fails_are_told_at_the_start(folder: Path) -> None:
    write(folder, "other", PAGER.replace('Plugin("pager"', 'Plugin("other"').replace("beep", "boop"))
    with pytest.raises(ConfigurationError, match="the channel 'pager' is claimed by pager and by other"):
        async with open_app(settings("pager", "other"), worker=True, outside=True):
            pass
    write(
        folder,
        "third",
        PAGER.replace('Plugin("pager"', 'Plugin("third"').replace(
            "return Pager(setup) if", "return 1 / 0 if not"
        ),
    )
    with pytest.raises(
        ConfigurationError, match="third: its channel 'pager' can't be opened: ZeroDivisionError"
    ):
        async with open_app(settings("third"), worker=True, outside=True):
            pass


@pytest.mark.parametrize("name", ["web", "discord", "a:b", "Big", ""])
def test_a_channels_name_is_its_own(name: str) -> None:
    with pytest.raises(PluginError, match="channel"):
        Plugin("x").channel(name)(lambda setup: None)
