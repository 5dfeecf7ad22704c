"""Polling while things go wrong: nothing is lost, nothing is said twice, and the loop goes on."""

from __future__ import annotations

import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from botcore.channels.telegram import TelegramChannel
from botcore.errors import MailboxFull, RateLimited, StoreUnavailable
from botcore.testing.fake_telegram import Drop, FakeTelegram, Garbage, Late, Lose, Refuse
from botcore.types import Address, Reply
from tests.telegram_channel.conftest import Ear, another_poll, options_for, outgoing, running

CONFLICT = Refuse(409, "Conflict: terminated by other getUpdates request")


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    structlog.reset_defaults()


async def test_while_the_store_is_away_telegram_keeps_the_update(fake: FakeTelegram, ear: Ear) -> None:
    ann = fake.person("Ann")
    ear.refusals = [StoreUnavailable("away")] * 3
    fake.say(fake.private(ann), ann, "hello")
    async with running(fake, ear):
        await ear.events()
        await fake.until(lambda: fake.updates.confirmed == 500_001)
        assert [call for call in fake.called("getUpdates") if "offset" in call.parameters] != []
    assert [message.text for message in ear.messages] == ["hello"]
    assert fake.said(fake.private(ann)) == []


async def test_an_update_that_was_not_taken_before_the_end_comes_again_after_it(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    ear.refusals = [StoreUnavailable("away")] * 1000
    fake.say(fake.private(ann), ann, "hello")
    async with running(fake, ear):
        await ear.refusing(3)
        assert fake.updates.confirmed == 0
    ear.refusals = []
    async with running(fake, ear):
        assert (await ear.message()).id == "tg:1001.1"


@pytest.mark.parametrize("refusal", [MailboxFull(3.0), RateLimited(3.0)])
async def test_who_sends_too_much_is_told_so_once(
    fake: FakeTelegram, ear: Ear, refusal: MailboxFull | RateLimited
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    ear.refusals = [refusal] * 5
    async with running(fake, ear):
        for number in range(6):
            fake.say(chat, ann, str(number))
        await ear.events()
        await fake.until(lambda: fake.said(chat))
        await fake.until(lambda: fake.updates.confirmed == 500_006)
    assert ear.texts == ["5"]
    assert len(fake.said(chat)) == 1
    assert "3 s" in fake.said(chat)[0]


async def test_who_presses_too_much_is_told_so_by_the_button(
    fake: FakeTelegram, ear: Ear, channel: TelegramChannel
) -> None:

    chat = fake.private(fake.person("Ann"))
    await channel.send(outgoing(Address("telegram", str(chat.id)), Reply("?", buttons=["Yes"])))
    ear.refusals = [RateLimited(3.0)]
    press = fake.press(fake.shown(chat)[0], "Yes")
    await fake.until(lambda: press in fake.answered)
    assert "3 s" in fake.answered[press]


@pytest.mark.parametrize(
    "faults",
    [
        [Drop(), Drop()],
        [Lose()],
        [Late(30.0)],
        [Garbage()],
        [Garbage(b"[1", 200)],
        [Garbage(b'{"ok": true, "result": {"no": "list"}}', 200)],
        [Garbage(b'{"ok": true}', 200)],
        [Refuse(500, "Internal Server Error")],
        [Refuse(429, "Too Many Requests: retry after 1", {"retry_after": 1})],
        [CONFLICT],
        [Refuse(401, "Unauthorized")],
        [Refuse(403, "Forbidden: whatever")],
        [Refuse(404, "Not Found")],
    ],
)
async def test_the_loop_outlives_every_fault(
    fake: FakeTelegram, ear: Ear, faults: list[Drop | Lose | Late | Garbage | Refuse]
) -> None:
    ann = fake.person("Ann")
    fake.fault("getUpdates", *faults)
    async with running(fake, ear, poll_seconds=1, call_seconds=0.5) as channel:
        fake.say(fake.private(ann), ann, "hello")
        await ear.events()
        await fake.until(lambda: len(fake.called("getUpdates")) > len(faults))
        await fake.until(lambda: channel.health() == "")


async def test_a_second_poller_is_told_once_and_retried(fake: FakeTelegram, ear: Ear) -> None:
    fake.fault("getUpdates", *[CONFLICT] * 10)
    with capture_logs() as logs:
        async with running(fake, ear) as channel:
            await fake.until(lambda: "another program" in channel.health())
            await fake.until(lambda: len(fake.called("getUpdates")) > 10)
    assert len([log for log in logs if "another program" in str(log.get("reason"))]) == 1


async def test_a_revoked_token_is_told_once_and_others_are_unharmed(fake: FakeTelegram, ear: Ear) -> None:
    with capture_logs() as logs:
        async with running(fake, Ear(), token="42:revoked") as broken, running(fake, ear):
            ann = fake.person("Ann")
            fake.say(fake.private(ann), ann, "hello")
            await ear.events()
            await fake.until(lambda: len(fake.called("getMe")) > 5)
            assert "telegram.token" in broken.health()
    assert len([log for log in logs if "telegram.token" in str(log.get("reason"))]) == 1


async def test_a_token_that_is_no_token_harms_nobody(fake: FakeTelegram) -> None:
    async with running(fake, Ear(), token="x y/z?") as broken:
        await fake.until(lambda: True)
        await asyncio.sleep(0)
        assert isinstance(broken.health(), str)


async def test_the_token_stands_in_no_log(
    fake: FakeTelegram, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "httpx")
    fake.fault("getUpdates", Drop(), Garbage(), Refuse(400, "Bad Request: odd"))
    with capture_logs() as logs:
        async with running(fake, ear):
            await fake.until(lambda: len(fake.called("getUpdates")) > 3)
    assert logs
    assert fake.token not in str(logs) + caplog.text
    assert fake.token not in repr(options_for(fake))


ODD: list[object] = [
    None,
    7,
    "text",
    [],
    {},
    {"update_id": "x"},
    {"update_id": None},
    {"update_id": 500_001, "message": None},
    {"update_id": 500_002, "message": 5},
    {"update_id": 500_003, "message": {"message_id": 1}},
    {"update_id": 500_004, "message": {"message_id": 1, "chat": {"id": "x", "type": "private"}}},
    {"update_id": 500_005, "callback_query": {"id": 5}},
    {"update_id": 500_006, "callback_query": {"id": "5", "from": {"id": 1}, "data": 7}},
    {"update_id": 500_007, "unheard_of": {"a": [1, 2, 3]}},
    {"update_id": 10**30, "message": {}},
    {"update_id": -5},
    {
        "update_id": 500_008,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": -5, "type": "group"},
            "from": {"id": 5, "first_name": "\ud800\0"},
            "text": "@botcore_bot \ud83d",
            "entities": [
                {"type": "mention", "offset": -3, "length": 99},
                {"type": "mention", "offset": 10**9, "length": 1},
                {"type": "text_mention", "offset": 0, "length": 5},
            ],
        },
    },
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_a_malformed_update_never_ends_the_loop(fake: FakeTelegram, ear: Ear, odd: object) -> None:
    fake.updates.push_raw(odd)
    ann = fake.person("Ann")
    async with running(fake, ear, poll_seconds=1):
        fake.say(fake.private(ann), ann, "hello")
        await ear.events()
        assert "hello" in ear.texts


async def test_a_fault_of_the_intake_itself_is_told_and_the_next_message_is_heard(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann = fake.person("Ann")
    chat = fake.private(ann)
    ear.refusals = [ValueError("a bug")]
    fake.say(chat, ann, "one")
    fake.say(chat, ann, "two")
    async with running(fake, ear):
        await ear.events()
        await fake.until(lambda: fake.said(chat))
    assert ear.texts == ["two"]
    assert "send it again" in fake.said(chat)[0]


async def test_the_menu_of_commands_is_told_for_each_language(fake: FakeTelegram, ear: Ear) -> None:
    menu = {"": [("help", "What I can do")], "de": [("help", "Was ich kann")]}
    async with running(fake, ear, commands=menu):
        await fake.until(lambda: "de" in fake.methods.commands)
    stop = {"command": "stop", "description": "End the answer that is being written"}
    assert fake.methods.commands == {
        "": [{"command": "help", "description": "What I can do"}, stop],
        "de": [{"command": "help", "description": "Was ich kann"}, stop],
    }


async def test_a_menu_that_is_as_it_should_be_is_not_told_again(fake: FakeTelegram, ear: Ear) -> None:
    menu = {"": [("help", "What I can do")], "de": [("help", "Was ich kann")]}
    async with running(fake, ear, commands=menu):
        await fake.until(lambda: fake.called("getUpdates"))
    async with running(fake, ear, commands=menu | {"de": [("help", "Hilfe")]}):
        await fake.until(lambda: len(fake.called("getUpdates")) == 2)
    told = [call.parameters.get("language_code", "") for call in fake.called("setMyCommands")]
    assert told == ["", "de", "de"]


async def test_the_button_beside_the_text_field_opens_the_web_page(fake: FakeTelegram, ear: Ear) -> None:
    for _ in range(2):
        async with running(fake, ear, web_app_url="https://bot.example.org"):
            await fake.until(lambda: fake.methods.menu_button["type"] == "web_app")
            await another_poll(fake)
    assert fake.methods.menu_button["web_app"] == {"url": "https://bot.example.org"}
    assert len(fake.called("setChatMenuButton")) == 1
    async with running(fake, ear):
        await another_poll(fake)
    assert fake.methods.menu_button["type"] == "web_app", "what the operator set elsewhere is left alone"


async def test_an_update_that_can_not_be_acknowledged_is_not_asked_for_without_pause(
    fake: FakeTelegram, ear: Ear
) -> None:
    fake.updates.push_raw({})
    async with running(fake, ear, backoff_seconds=0.1):
        await fake.until(lambda: len(fake.called("getUpdates")) == 4)
    polls = fake.called("getUpdates")
    assert polls[3].at - polls[0].at >= 0.1 + 0.2 + 0.4
