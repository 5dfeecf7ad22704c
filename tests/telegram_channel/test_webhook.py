"""`/telegram/webhook` on the real web server, with the simulated Telegram before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette

from botcore.channels.telegram import TelegramChannel
from botcore.channels.telegram.webhook import TelegramWebhook
from botcore.delivery.memory import MemoryLive
from botcore.errors import StoreUnavailable
from botcore.i18n.texts import core_catalog
from botcore.testing.fake_telegram import FakeTelegram
from botcore.web.app import create_web_app
from botcore.web.parts import Readiness, WebParts
from botcore.web.server import WebServer
from botcore.web.sessions import MemorySessions
from botcore.web.telegram import PATH, SECRET_HEADER, Webhook, telegram_routes
from tests.telegram_channel.conftest import Ear, running

SECRET = "a-secret_1"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7},
        "text": "hello",
    },
}


class Door:
    """A webhook whose channel is known only after the server has its port."""

    webhook: TelegramWebhook

    def secret_matches(self, header: str) -> bool:
        return self.webhook.secret_matches(header)

    async def handle(self, update: object) -> None:
        await self.webhook.handle(update)


def site(webhook: Webhook, ear: Ear) -> Starlette:
    async def ready() -> Readiness:
        return Readiness(True)

    parts = WebParts(
        intake=ear, live=MemoryLive(), sessions=MemorySessions(), readiness=ready, texts=core_catalog()
    )
    return create_web_app(parts, routes=telegram_routes(webhook))


@asynccontextmanager
async def served(fake: FakeTelegram, ear: Ear) -> AsyncIterator[tuple[TelegramChannel, str]]:
    door = Door()
    async with WebServer(site(door, ear), "127.0.0.1", 0, grace_seconds=1) as server:
        url = f"{server.url}{PATH}"
        async with running(fake, ear, mode="webhook", webhook_url=url, webhook_secret=SECRET) as channel:
            door.webhook = channel.webhook
            await fake.until(lambda: fake.updates.webhook_url == url)
            yield channel, url


async def test_updates_come_by_the_webhook_in_order(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    async with served(fake, ear):
        for number in range(5):
            fake.say(fake.private(ann), ann, str(number))
        await ear.events(5)
    assert ear.texts == ["0", "1", "2", "3", "4"]
    assert fake.called("getUpdates") == []


async def test_while_the_store_is_away_telegram_brings_the_update_again(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    ear.refusals = [StoreUnavailable("away")] * 2
    async with served(fake, ear):
        fake.say(fake.private(ann), ann, "hello")
        await ear.events()
        await fake.until(lambda: not fake.updates.waiting)
    assert fake.updates.webhook_answers == [503, 503, 200]
    assert ear.texts == ["hello"]


@pytest.mark.parametrize("header", [None, "", "wrong", SECRET + "x", SECRET[:-1]])
async def test_who_does_not_know_the_secret_is_not_let_in(
    fake: FakeTelegram, ear: Ear, header: str | None
) -> None:
    headers = {} if header is None else {SECRET_HEADER: header}
    async with served(fake, ear) as (_, url), httpx2.AsyncClient(trust_env=False) as client:
        response = await client.post(url, json=UPDATE, headers=headers)
    assert response.status_code == 401
    assert ear.heard == []


async def test_without_a_secret_of_its_own_the_channel_lets_nobody_in(fake: FakeTelegram, ear: Ear) -> None:
    async with running(fake, ear) as channel:
        assert not channel.webhook.secret_matches("")


async def test_the_body_is_not_read_before_the_secret_is_known(fake: FakeTelegram, ear: Ear) -> None:
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"{}"

    async with running(fake, ear, webhook_secret=SECRET) as channel:
        transport = httpx2.ASGITransport(site(channel.webhook, ear))
        async with httpx2.AsyncClient(transport=transport, base_url="http://bot") as client:
            response = await client.post(PATH, content=body(), headers={SECRET_HEADER: "wrong"})
            assert (response.status_code, read) == (401, False)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b"null", 200), (b'{"a": 1}', 200)],
)
async def test_a_malformed_body_makes_no_harm(fake: FakeTelegram, ear: Ear, body: bytes, status: int) -> None:
    async with served(fake, ear) as (_, url), httpx2.AsyncClient(trust_env=False) as client:
        headers = {SECRET_HEADER: SECRET}
        assert (await client.post(url, content=body, headers=headers)).status_code == status
        assert (await client.post(url, content=b" " * 2_000_000, headers=headers)).status_code == 413
        assert (await client.post(url, json=UPDATE, headers=headers)).status_code == 200
    assert ear.texts == ["hello"]
