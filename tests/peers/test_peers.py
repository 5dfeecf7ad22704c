"""The channels against simulators that others wrote: our own could share our misunderstandings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from botcore.channels.base import Channel
from botcore.channels.discord import DiscordChannel, DiscordOptions
from botcore.channels.telegram import TelegramChannel, TelegramOptions
from botcore.types import AnyEvent, Message, Outgoing, Reply
from tests.peers.peers import peer, telegram_peer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@asynccontextmanager
async def answering(channel: Channel) -> AsyncIterator[None]:
    """A bot that says **what** it hears, with a button."""

    async def intake(event: AnyEvent, **rest: Any) -> None:
        if isinstance(event, Message):
            reply = Reply(f"**{event.text}**!", buttons=["Again"])
            await channel.send(
                Outgoing(key=event.id, address=event.address, reply=reply, in_reply_to=event.id)
            )

    running = asyncio.create_task(channel.run(intake))
    try:
        async with asyncio.timeout(60):
            while channel.health():
                await asyncio.sleep(0.05)
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.aclose()


async def until(look: Callable[[], Any]) -> Any:
    """What `look()` finds, once it finds something."""
    async with asyncio.timeout(60):
        while not (found := await look()):
            await asyncio.sleep(0.1)
    return found


async def test_discord_as_discord_digital_twin_understands_it() -> None:
    async with peer("discord.mjs") as twin:
        hello = twin.hello
        channel = DiscordChannel(
            DiscordOptions(token=hello["token"], api_url=f"{hello['rest']}/v10", gateway_url=hello["gateway"])
        )

        async def said() -> list[dict[str, Any]]:
            return [one for one in await twin.do("messages") if one["author"]["id"] == hello["bot"]]

        async with answering(channel):
            await twin.do("say", text=f"<@{hello['bot']}> hello")
            [answer] = await until(said)
            assert answer["content"] == "**hello**!"
            [button] = [one for row in answer["components"] for one in row["components"]]
            assert button["label"] == "Again"
            await twin.do("press", message=answer["id"], button=button["custom_id"])
            await until(lambda: _at_least(said, 2))
            assert "**Again**!" in [one["content"] for one in await said()]


async def test_telegram_as_telegram_test_api_understands_it() -> None:
    token = "42:peer"
    person = {"id": 7, "is_bot": False, "first_name": "Ann"}
    chat = {"id": 7, "type": "private", "first_name": "Ann"}
    async with telegram_peer() as (bot_url, people_url, shim), aiohttp.ClientSession(people_url) as http:
        options = TelegramOptions(
            token=token, api_url=f"{bot_url}/bot", file_url=f"{bot_url}/file/bot", backoff_seconds=0.1
        )

        async def said() -> list[dict[str, Any]]:
            async with http.post("/getUpdatesHistory", json={"token": token}) as response:
                history = (await response.json())["result"]
            return [one["message"] for one in history if "chat_id" in one.get("message", {})]

        async with answering(TelegramChannel(options)):
            message = {
                "botToken": token,
                "from": person,
                "chat": chat,
                "date": 1_700_000_000,
                "text": "hello",
            }
            async with http.post("/sendMessage", json=message) as response:
                assert response.status == 200
            [answer] = await until(said)
            assert answer["text"] == "hello!"
            assert answer["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
            [[button]] = answer["reply_markup"]["inline_keyboard"]
            shown = {"message_id": 1, "chat": chat, "date": 1_700_000_000, **answer}
            press = {"botToken": token, "from": person, "message": shown, "data": button["callback_data"]}
            async with http.post("/sendCallback", json=press) as response:
                assert response.status == 200
            await until(lambda: _at_least(said, 2))
            assert (await said())[1]["text"] == "Again!"
            assert "answerCallbackQuery" in shim.methods


async def _at_least(said: Callable[[], Any], count: int) -> bool:
    return len(await said()) >= count
