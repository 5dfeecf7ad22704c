"""The plugin `matrix`, with the unmodified matrix-nio, on a real Synapse."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from botcore.app.app import App, open_app
from botcore.config import load_settings
from botcore.types import Address, Outgoing, Reply
from tests.matrix.homeserver import PASSWORD, Homeserver, Visitor, synapse

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
BOT = "@helper:localhost"

SHOW = '''"""Something to say."""

import asyncio

from botcore import Attachment, Context, Plugin, Reply, Stream

plugin = Plugin("show")


@plugin.command("colour")
async def colour(ctx: Context) -> Reply:
    """Choose."""
    return Reply("Which **one**?", buttons=["Red", "Blue"])


@plugin.command("tale")
async def tale(ctx: Context) -> Stream:
    async def pieces():
        for word in ("Once ", "upon ", "a ", "time ", "it ", "grew."):
            yield word
            await asyncio.sleep(0.4)

    return Stream(pieces())


@plugin.command("letter")
async def letter(ctx: Context) -> Reply:
    return Reply("Here.", attachments=[Attachment("letter.txt", "text/plain", b"Dear all")])


@plugin.fallback
async def echo(ctx: Context) -> str:
    return f"You said {ctx.text} {' '.join(one.name for one in ctx.attachments)}".strip()
'''


@pytest.fixture(scope="module")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    with synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one bot, for all tests: the homeserver knows one account of it."""
    folder = tmp_path_factory.mktemp("bot")
    (folder / "plugins/show").mkdir(parents=True)
    (folder / "plugins/show/plugin.py").write_text(SHOW)
    return folder


@asynccontextmanager
async def running(homeserver: Homeserver, folder: Path, **settings: Any) -> AsyncIterator[App]:
    matrix = {"homeserver": homeserver.url, "user": BOT, "password": PASSWORD, "edit_seconds": 0.3}
    tables = {
        "data_dir": folder / "data",
        "plugins.enabled": ["show", "matrix"],
        "plugins.matrix": matrix,
        **settings,
    }
    async with open_app(load_settings(None, tables, environment={}), worker=True, outside=True) as app:
        async with asyncio.timeout(60):
            while app.channels["matrix"].health():
                await asyncio.sleep(0.05)
        yield app


_names = iter(f"ann{number}" for number in range(1000))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def ann(homeserver: Homeserver, folder: Path, http: aiohttp.ClientSession) -> Visitor:
    if not (folder / "registered").exists():
        await Visitor(http, homeserver.url, "helper").register()
        (folder / "registered").touch()
    return await Visitor(http, homeserver.url, next(_names)).register()


@pytest.fixture
async def app(
    homeserver: Homeserver, folder: Path, ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    monkeypatch.chdir(folder)
    async with running(homeserver, folder) as app:
        yield app


async def test_an_invited_bot_comes_and_answers_in_both_forms(app: App, ann: Visitor) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, "hello")
    [answer] = await ann.hears(room, BOT)
    assert answer["body"] == "You said hello"
    await ann.say(room, "/colour")
    question = (await ann.hears(room, BOT, 2))[1]
    assert question["msgtype"] == "m.notice"
    assert question["body"] == "Which one?\n1. Red\n2. Blue"
    assert "<strong>one</strong>" in question["formatted_body"]
    await ann.say(room, "2")
    assert (await ann.hears(room, BOT, 3))[2]["body"] == "You said Blue"


async def test_an_answer_grows_by_edits_and_ends_as_one_message(app: App, ann: Visitor) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, "!tale")
    [tale] = await ann.hears(room, BOT, until="grew.")
    assert tale["body"] == "Once upon a time it grew."
    edits = [one for one in await ann.events(room) if "m.new_content" in one["content"]]
    assert len(edits) >= 2
    assert edits[-1]["content"]["m.new_content"]["body"] == tale["body"]


async def test_in_a_room_with_many_people_the_bot_answers_those_who_name_it(
    app: App, ann: Visitor, http: Any, homeserver: Homeserver
) -> None:
    ben = await Visitor(http, homeserver.url, next(_names)).register()
    room = await ann.room_with(BOT, ben.user)
    await ben.join(room)
    async with asyncio.timeout(60):
        while len(await ann.members(room)) < 3:
            await asyncio.sleep(0.1)
    await ann.say(room, "is anybody there?")
    await ben.say(room, "helper: are you?")
    [answer] = await ann.hears(room, BOT)
    assert answer["body"] == "You said are you?"
    mine = next(one["event_id"] for one in await ann.events(room) if one["sender"] == BOT)
    await ann.say(room, "and to me?", **{"m.relates_to": {"m.in_reply_to": {"event_id": mine}}})
    assert (await ann.hears(room, BOT, 2))[1]["body"] == "You said and to me?"
    await ben.say(room, "hi", **{"m.mentions": {"user_ids": [BOT]}})
    assert (await ann.hears(room, BOT, 3))[2]["body"] == "You said hi"


async def test_files_go_both_ways(app: App, ann: Visitor) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, "dot.png", msgtype="m.image", url="mxc://localhost/x", info={"mimetype": "image/png"})
    assert (await ann.hears(room, BOT))[0]["body"] == "You said  dot.png"
    await ann.say(room, "/letter")
    [_, _, letter] = await ann.hears(room, BOT, 3)
    assert (letter["msgtype"], letter["filename"]) == ("m.file", "letter.txt")
    assert letter["url"].startswith("mxc://")


async def test_a_second_try_is_no_second_message(app: App, ann: Visitor) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, "hello")
    await ann.hears(room, BOT)
    outgoing = Outgoing(key="k", address=Address("matrix", room), reply=Reply("Once only."))
    for _ in range(3):
        await app.channels["matrix"].send(outgoing)
    await ann.say(room, "and now?")
    shown = await ann.hears(room, BOT, 3)
    assert [one["body"] for one in shown] == ["You said hello", "Once only.", "You said and now?"]


async def test_what_was_said_while_the_bot_was_away_is_answered_once(
    homeserver: Homeserver, folder: Path, ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    async with running(homeserver, folder):
        room = await ann.room_with(BOT)
        await ann.say(room, "before")
        await ann.hears(room, BOT)
    for number in range(30):  # more than a sync tells by itself
        await ann.say(room, f"away {number}")
    async with running(homeserver, folder, **{"limits.enabled": False}):
        shown = await ann.hears(room, BOT, 31)
    said = [one["body"] for one in shown]
    assert said == ["You said before", *(f"You said away {number}" for number in range(30))]


async def test_a_homeserver_that_goes_away_comes_back(homeserver: Homeserver, app: App, ann: Visitor) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, "one")
    await ann.hears(room, BOT)
    homeserver.stop()
    async with asyncio.timeout(60):
        while not app.channels["matrix"].health():
            await asyncio.sleep(0.05)
    await asyncio.to_thread(homeserver.start)
    await ann.say(room, "two")
    assert (await ann.hears(room, BOT, 2))[1]["body"] == "You said two"


@pytest.mark.parametrize(
    "text", ["🙂" * 5000, "[" * 10_000, "\u202e\u0000x", "<script>alert(1)</script>", " "]
)
async def test_odd_texts_are_answered(app: App, ann: Visitor, text: str) -> None:
    room = await ann.room_with(BOT)
    await ann.say(room, text)
    await ann.say(room, "end")
    shown = await ann.hears(room, BOT, until="You said end")
    assert "<script" not in str([one.get("formatted_body") for one in shown])


def test_the_plugin_uses_only_what_is_public() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "plugins/matrix").glob("*.py"))
    used = set(re.findall(r"^\s*from (botcore[\w.]*) import", code, re.MULTILINE))
    assert used == {"botcore", "botcore.channels.base", "botcore.channels.rendering"}
