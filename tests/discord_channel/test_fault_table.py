"""The table of faults in docs/channels.md, row by row: each is made to happen, and the page must say what came of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from botcore.testing.fake_discord import Channel, FakeDiscord
from tests.discord_channel.conftest import Bot

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"
NAMES = [
    (r"POST /channels/\d+/messages", "post"),
    (r"PATCH /channels/\d+/messages/\d+", "edit"),
    (r"POST /interactions/\d+/[^/]+/callback", "acknowledge"),
    (r"PATCH /webhooks/\d+/[^/]+/messages/@original", "edit place"),
    (r"DELETE /webhooks/\d+/[^/]+/messages/@original", "clear place"),
    (r"POST /webhooks/\d+/[^/]+", "follow up"),
    (r"POST /channels/\d+/messages/\d+/threads", "open thread"),
]
Act = Callable[[FakeDiscord, Bot, Channel], Awaitable[None]]


def saying(method: str, path: str, **fault: object) -> Act:
    async def act(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
        fake.fail(method, path, **fault)
        await fake.say(room, "ann", "hello", mention=True)

    return act


def asking(method: str, path: str, **fault: object) -> Act:
    async def act(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
        fake.fail(method, path, **fault)
        await fake.slash(room, "ann", "echo", text="hello")

    return act


def gateway(disturb: Callable[[FakeDiscord], Awaitable[None]]) -> Act:
    async def act(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
        await disturb(fake)
        await fake.say(room, "ann", "hello", mention=True)

    return act


async def _late(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
    bot.held.clear()
    asked = await fake.slash(room, "ann", "slow")
    await fake.until(lambda: asked.acknowledged == "deferred" and bool(bot.heard))
    fake.world.ahead += 1000
    bot.held.set()


FAULTS: dict[str, Act] = {
    "none": saying("NONE", ""),
    "none, a slash command": asking("NONE", ""),
    "502, the message was stored": saying("POST", "/messages", status=502, after_storing=True),
    "503 twice": saying("POST", "/messages", status=503, times=2),
    "429, wait 0.3 s": saying("POST", "/messages", status=429, retry_after=0.3),
    "429 for every route, wait 0.3 s": saying(
        "POST", "/messages", status=429, retry_after=0.3, everywhere=True
    ),
    "50035, the form is refused": saying(
        "POST", "/messages", status=400, body={"code": 50035, "message": "Invalid Form Body"}
    ),
    "50001, the bot may not write there": saying(
        "POST", "/messages", status=403, body={"code": 50001, "message": "Missing Access"}
    ),
    "10062, acknowledged too late": asking(
        "POST", "/callback", status=404, body={"code": 10062, "message": "Unknown interaction"}
    ),
    "502, the acknowledgement was stored (then 40060)": asking(
        "POST", "/callback", status=502, after_storing=True
    ),
    "502, the answer in place was stored": asking("PATCH", "@original", status=502, after_storing=True),
    "50027, fifteen minutes have passed": _late,
    "the gateway's connection breaks": gateway(lambda fake: fake.gateway.drop()),
    "op 7, reconnect": gateway(lambda fake: fake.gateway.reconnect()),
    "a frame that is no JSON": gateway(lambda fake: fake.gateway.send_garbage("{")),
    "close code 4000": gateway(lambda fake: fake.gateway.close(4000)),
}


def named(method: str, path: str, status: int) -> str:
    for pattern, name in NAMES:
        if re.fullmatch(pattern, f"{method} {path}"):
            return f"{name} {status}"
    return ""


def seen(fake: FakeDiscord, room: Channel) -> str:
    texts = [
        f"`{one.text}`" if one.text else f"a file `{one.files[0].data.decode()}`"
        for one in fake.shown(room)
        if one.author == fake.world.bot
    ]
    return ", ".join(texts) or "nothing"


@pytest.mark.parametrize("name", FAULTS)
async def test_the_page_says_what_comes_of_each_fault(fake: FakeDiscord, bot: Bot, name: str) -> None:
    room = next(one for one in fake.world.channels.values() if one.kind == "text")
    await fake.say(room, "ann", "before", mention=True)
    await fake.until(lambda: fake.rest.syncs == 1 and len(fake.answers(room)) == 1 and bool(bot.last_shown))
    fake.calls.clear()
    fake.world.messages[room.id].clear()
    expected = next(line for line in _section().splitlines() if line.startswith(f"| {name} |"))
    await FAULTS[name](fake, bot, room)

    def row() -> str:
        calls = ", ".join(filter(None, (named(*call) for call in fake.calls))) or "none"
        return f"| {name} | {calls} | {seen(fake, room)} |"

    try:
        await fake.until(lambda: row() == expected)
    except TimeoutError:
        assert row() == expected
    assert fake.limits.too_early == 0


def test_the_page_has_no_row_that_is_not_tried() -> None:
    rows = [
        line.split(" | ")[0].removeprefix("| ") for line in _section().splitlines() if line.startswith("| ")
    ]
    table = rows[rows.index("Fault") + 1 :]
    assert table == list(FAULTS)


def _section() -> str:
    """What the page says of Discord; other channels have a table of their own."""
    return PAGE.read_text("utf-8").partition("## Discord")[2].partition("\n## ")[0]
