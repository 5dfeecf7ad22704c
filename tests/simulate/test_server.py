"""The page's server: who may reach it, what it tells, and what it makes of nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from botcore.channels.base import Channel
from botcore.channels.discord import DiscordChannel, DiscordOptions
from botcore.channels.telegram import TelegramChannel, TelegramOptions
from botcore.testing.simulate import SimulatePage, Stage, open_stage
from botcore.testing.simulate.stage import PLATFORMS, Platform, Typing
from botcore.types import AnyEvent, Message, Outgoing, Reply


class Window:
    """A browser window's connection, and what it has been told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.state: dict[str, Any] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.notice = ""

    async def do(self, deed: str, **rest: Any) -> None:
        here = {"person": self.state["person"], "chat": self.state["chat"]}
        await self._socket.send_json({"do": deed, **here, **rest})

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(15):
            while not (self.state and condition()):
                told = json.loads((await self._socket.receive()).data)
                if "notice" in told:
                    self.notice = told["notice"]
                    continue
                if told["chat"] != self.state.get("chat"):
                    self.messages = {}
                self.state = told
                self.messages |= {one["id"]: one for one in told["messages"]}

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [self.messages[id] for id in self.state["order"]]

    @property
    def said(self) -> list[str]:
        return [f"{one['author']}: {one.get('raw', '')}" for one in self.shown]


@asynccontextmanager
async def echo(stage: Stage) -> AsyncIterator[None]:
    """A bot that says everything twice, with a button, on the real channel."""
    given = stage.settings()
    channel: Channel
    if stage.platform == "discord":
        channel = DiscordChannel(
            DiscordOptions(
                token=given["discord.token"],
                api_url=given["discord.api_url"],
                gateway_url=given["discord.gateway_url"],
            )
        )
    else:
        channel = TelegramChannel(
            TelegramOptions(
                token=given["telegram.token"],
                api_url=given["telegram.api_url"],
                file_url=given["telegram.file_url"],
                poll_seconds=5,
            )
        )

    async def intake(event: AnyEvent, **rest: Any) -> None:
        if isinstance(event, Message):
            files = " ".join(one.name for one in event.attachments)
            reply = Reply(f"**{event.text}** {event.text} {files}".strip(), buttons=["Again"])
            await channel.send(
                Outgoing(key=event.id, address=event.address, reply=reply, in_reply_to=event.id)
            )

    task = asyncio.create_task(channel.run(intake))
    await stage.ready()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.aclose()


@pytest.fixture(params=PLATFORMS)
async def window(request: pytest.FixtureRequest) -> AsyncIterator[Window]:
    platform: Platform = request.param
    async with (
        open_stage(platform) as stage,
        SimulatePage(stage) as page,
        echo(stage),
        aiohttp.ClientSession(page.url) as browser,
        browser.ws_connect("/chat") as socket,
    ):
        window = Window(socket)
        await window.until(lambda: True)
        yield window


async def test_a_person_talks_with_the_bot_and_presses_its_button(window: Window) -> None:
    await window.do("say", text="hi")
    await window.until(lambda: len(window.shown) == 2)
    answer = window.shown[1]
    assert answer["by_bot"]
    assert answer["text"] == [{"is": "mark", "kind": "bold", "inside": ["hi"]}, " hi"]
    await window.do("press", message=answer["id"], text=answer["buttons"][0][0])
    await window.until(lambda: "Again" in str(window.shown[-1]["text"]))


async def test_a_file_arrives(window: Window) -> None:
    await window.do("say", text="look", file_name="a.txt", file="aGVsbG8=")
    await window.until(lambda: len(window.shown) == 2)
    assert window.shown[0]["files"][0]["name"] == "a.txt"
    assert "a.txt" in str(window.shown[1]["text"])


async def test_in_a_group_people_see_each_other_and_the_bot_answers_when_it_is_named(window: Window) -> None:
    group = window.state["places"][1]["id"]
    await window.do("look", chat=group)
    await window.until(lambda: window.state["chat"] == group)
    await window.do("say", text="anybody?")
    await window.do("look", person="Ben", chat=group)
    await window.until(lambda: window.state["person"] == "Ben")
    await window.do("say", text=f"@{window.state['bot']} you?")
    await window.until(lambda: len(window.shown) == 3)
    assert [one["author"] for one in window.shown] == ["Ann", "Ben", "botcore"]
    assert "you? you?" in window.shown[2]["raw"].replace("*", "")


async def test_a_person_edits_and_reacts(window: Window) -> None:
    await window.do("say", text="helo")
    await window.until(lambda: len(window.shown) == 2)
    [mine, answer] = window.shown
    await window.do("edit", message=mine["id"], text="hello")
    await window.until(lambda: window.shown[0].get("edited"))
    assert window.shown[0]["raw"] == "hello"
    await window.do("react", message=answer["id"], text="👍")
    await window.until(lambda: window.shown[1].get("reactions") == ["👍"])
    await window.do("react", message=answer["id"], text="👍")
    await window.until(lambda: not window.shown[1].get("reactions"))
    await window.do("edit", message=answer["id"], text="mine now")
    await window.until(lambda: window.notice or True)
    assert window.shown[1]["author"] == "botcore"
    assert "mine now" not in str(window.shown)


async def test_what_discord_tells_bots_of_deletions_happens_and_telegram_says_that_it_does_not(
    window: Window,
) -> None:
    await window.do("say", text="oops")
    await window.until(lambda: len(window.shown) == 2)
    await window.do("delete", message=window.shown[0]["id"])
    if "delete" in window.state["can"]:
        await window.until(lambda: len(window.shown) == 1)
    else:
        await window.do("react", message=window.shown[0]["id"], text="❤️")
        await window.until(lambda: window.shown[0].get("reactions"))
        assert "Telegram" in window.notice


@pytest.mark.parametrize(
    "frame",
    ["", "{", "[]", '{"do": "fly", "person": "Ann", "chat": "1"}', '{"do": "say"}', "x" * 100_000, "\x00"],
)
async def test_nonsense_is_answered_by_a_sentence(window: Window, frame: str) -> None:
    await window._socket.send_str(frame)
    for deed in (
        {"do": "say", "text": ""},
        {"do": "say", "text": "x" * 5000},
        {"do": "press", "message": "9", "text": "?"},
        {"do": "say", "text": "x", "person": "Mallory"},
        {"do": "say", "text": "x", "chat": "77"},
    ):
        window.notice = ""
        await window.do(deed.pop("do"), **deed)
        while not window.notice:
            told = json.loads((await asyncio.wait_for(window._socket.receive(), 15)).data)
            window.notice = told.get("notice", "")
    await window.do("say", text="still here")
    await window.until(lambda: len(window.shown) == 2)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/chat", "/files/1"])
async def test_other_sites_do_not_reach_the_page(path: str, headers: dict[str, str]) -> None:
    async with (
        open_stage("telegram") as stage,
        SimulatePage(stage) as page,
        aiohttp.ClientSession(page.url) as browser,
        browser.get(path, headers=headers) as response,
    ):
        assert response.status == 403


async def test_files_are_never_a_page(window: Window) -> None:
    html = "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="
    await window.do("say", text="", file_name="x.html", file=html)
    await window.until(lambda: window.shown)
    url = window._socket._response.url.with_scheme("http").with_path(
        f"/files/{window.shown[0]['files'][0]['id']}"
    )
    async with aiohttp.ClientSession() as browser, browser.get(url) as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_typing_ends_with_the_next_message() -> None:
    typing = Typing(60.0)
    assert not typing.shown(0, 0)
    assert typing.shown(1, 0)
    assert typing.shown(1, 0)
    assert not typing.shown(1, 1)
    assert not typing.shown(1, 1)
    assert typing.shown(2, 1)
