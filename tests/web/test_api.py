"""Sessions, messages and stop by single requests."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import httpx2
import pytest

from botcore.delivery.memory import MemoryLive
from botcore.errors import MailboxFull, RateLimited, StoreFull, StoreUnavailable
from botcore.types import Address, Started
from botcore.web.parts import WebLimits, WebParts
from botcore.web.rates import Rate
from tests.web.conftest import Bot, bearing, begin, in_process


async def test_a_session_begins_with_a_greeting_on_its_way(client: httpx2.AsyncClient, bot: Bot) -> None:
    session = await begin(client, locale="zh-CN", name="小明")
    [started] = bot.accepted
    assert isinstance(started, Started)
    assert started.address == Address("web", session["session"])
    assert (started.person.name, started.person.locale) == ("小明", "zh-CN")


async def test_a_session_needs_no_body(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/api/v1/sessions")).status_code == 201


async def test_a_session_is_forgotten_where_its_greeting_is_refused(parts: WebParts, bot: Bot) -> None:
    bot.refuses = StoreUnavailable("away")
    async with in_process(parts) as client:
        response = await client.post("/api/v1/sessions", json={})
    assert response.status_code == 503
    assert not vars(parts.sessions)["_kept"]


async def test_a_message_is_accepted_under_its_own_id(client: httpx2.AsyncClient, bot: Bot) -> None:
    session = await begin(client)
    response = await client.post(
        "/api/v1/messages", json={"id": "m1", "text": "hi"}, headers=bearing(session)
    )
    assert (response.status_code, response.json()) == (202, {"id": "m1"})
    [message] = bot.messages
    assert (message.text, message.id) == ("hi", f"{session['session']}:m1")


async def test_a_message_without_an_id_gets_one(client: httpx2.AsyncClient) -> None:
    session = await begin(client)
    first = await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    second = await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    assert first.json()["id"] != second.json()["id"]


async def test_the_same_id_again_is_the_same_message(
    client: httpx2.AsyncClient, bot: Bot, live: MemoryLive
) -> None:
    session = await begin(client)
    for _ in range(3):
        response = await client.post(
            "/api/v1/messages", json={"id": "m1", "text": "hi"}, headers=bearing(session)
        )
        assert (response.status_code, response.json()) == (202, {"id": "m1"})
    assert len(bot.messages) == 1
    shown = [event async for event in kept(live, session) if event == "user"]
    assert shown == ["user"]


async def kept(live: MemoryLive, session: dict[str, str]):
    async for event in live.follow(Address("web", session["session"])):
        assert event
        yield event.data.get("role")
        if event.type == "state":
            return


async def test_one_id_in_two_sessions_is_two_messages(client: httpx2.AsyncClient, bot: Bot) -> None:
    for session in [await begin(client), await begin(client)]:
        await client.post("/api/v1/messages", json={"id": "m1", "text": "hi"}, headers=bearing(session))
    assert len({message.id for message in bot.messages}) == 2


@pytest.mark.parametrize("form", ["data", "url"])
async def test_files_come_along(client: httpx2.AsyncClient, bot: Bot, form: str) -> None:
    session = await begin(client)
    coded = base64.b64encode(b"\x89PNG").decode()
    value = coded if form == "data" else f"data:image/png;base64,{coded}"
    file = {"name": "a.png", "media_type": "image/png", "alt": "a dot", form: value}
    response = await client.post(
        "/api/v1/messages", json={"text": "", "attachments": [file]}, headers=bearing(session)
    )
    assert response.status_code == 202
    [attachment] = bot.messages[0].attachments
    assert (attachment.data, attachment.name, attachment.alt) == (b"\x89PNG", "a.png", "a dot")


async def test_a_file_elsewhere_is_not_fetched(client: httpx2.AsyncClient, bot: Bot) -> None:
    session = await begin(client)
    file = {"name": "a", "url": "http://169.254.169.254/latest"}
    response = await client.post(
        "/api/v1/messages", json={"text": "x", "attachments": [file]}, headers=bearing(session)
    )
    assert (response.status_code, response.json()["error"]["code"]) == (400, "only_data_urls")
    assert not bot.messages


@pytest.mark.parametrize(
    ("error", "status", "code", "wait"),
    [
        (MailboxFull(), 429, "mailbox_full", "1"),
        (RateLimited(3.2), 429, "rate_limited", "4"),
        (StoreUnavailable("away"), 503, "store_unavailable", "2"),
        (StoreFull("full"), 503, "store_full", "30"),
    ],
)
async def test_overload_says_when_to_come_back(
    client: httpx2.AsyncClient, bot: Bot, error: Exception, status: int, code: str, wait: str
) -> None:
    session = await begin(client)
    bot.refuses = error
    response = await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    assert (response.status_code, response.headers["retry-after"]) == (status, wait)
    assert response.json()["error"]["code"] == code


async def test_an_unknown_failure_gives_a_reference_and_no_details(
    client: httpx2.AsyncClient, bot: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    session = await begin(client)
    bot.refuses = ZeroDivisionError("secret detail")
    response = await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (500, "internal")
    assert "secret detail" not in response.text
    log = capsys.readouterr().out
    assert error["reference"] in log
    assert "secret detail" in log


async def test_an_error_is_told_in_the_sessions_language(client: httpx2.AsyncClient) -> None:
    session = await begin(client, locale="zh-CN")
    response = await client.post("/api/v1/messages", json={"text": " "}, headers=bearing(session))
    assert "消息是空的" in response.json()["error"]["message"]


async def test_an_error_without_a_session_is_told_in_the_browsers_language(
    client: httpx2.AsyncClient,
) -> None:
    headers = {"accept-language": "it;q=0.9, zh-Hans;q=0.8, en;q=0.1"}
    response = await client.get("/nowhere", headers=headers)
    assert response.json()["error"]["message"] == "这个地址没有内容。"


async def test_a_store_that_hangs_is_a_503(parts: WebParts) -> None:
    async def hang(event: object, **_: object) -> None:
        await asyncio.Event().wait()

    limits = WebLimits(store_seconds=0.05)
    async with in_process(replace(parts, intake=hang, limits=limits)) as client:
        response = await client.post("/api/v1/sessions", json={})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "store_unavailable")


async def test_stop_asks_for_the_end_of_this_conversations_answer(
    client: httpx2.AsyncClient, live: MemoryLive
) -> None:
    session = await begin(client)
    stops = live.stops()
    waiting = asyncio.ensure_future(anext(stops))
    await asyncio.sleep(0)
    response = await client.post("/api/v1/stop", headers=bearing(session))
    assert response.status_code == 202
    assert await waiting == Address("web", session["session"])
    await stops.aclose()  # type: ignore[attr-defined]


async def test_the_rate_limit_counts_the_person(client: httpx2.AsyncClient, bot: Bot) -> None:
    session = await begin(client)
    await client.post("/api/v1/messages", json={"text": "hi"}, headers=bearing(session))
    assert bot.limit_keys == ["", f"web:{session['session']}"]


async def test_one_address_opens_only_so_many_sessions(parts: WebParts) -> None:
    async with in_process(replace(parts, limits=WebLimits(sessions_per_minute=3))) as client:
        statuses = [(await client.post("/api/v1/sessions")).status_code for _ in range(5)]
    assert statuses == [201, 201, 201, 429, 429]


async def test_no_bound_on_sessions_is_no_bound(parts: WebParts) -> None:
    async with in_process(replace(parts, limits=WebLimits(sessions_per_minute=0))) as client:
        statuses = {(await client.post("/api/v1/sessions")).status_code for _ in range(50)}
    assert statuses == {201}


def test_a_rate_comes_back_with_time_and_forgets_old_names() -> None:
    now = 0.0
    rate = Rate(2, names=2, clock=lambda: now)
    for name in "aabc":
        rate.admit(name)
    rate.admit("a")  # forgotten, since b and c came later
    rate.admit("c")
    with pytest.raises(RateLimited) as refused:
        rate.admit("c")
    assert refused.value.retry_after == 30
    now = 30.0
    rate.admit("c")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/v1/messages", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/sessions", 405, "method_not_allowed"),
        ("POST", "/v1/models", 405, "method_not_allowed"),
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("POST", "/", 405, "method_not_allowed"),
    ],
)
async def test_a_wrong_address_has_the_same_shape_of_error(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["reference"]
    if status == 405:
        assert response.headers["allow"]


async def test_a_page_elsewhere_may_use_the_api_where_its_origin_is_set(parts: WebParts) -> None:
    async with in_process(replace(parts, origins=["https://shop.example"])) as client:
        for origin, allowed in [
            ("https://shop.example", "https://shop.example"),
            ("https://evil.example", None),
        ]:
            response = await client.post("/api/v1/sessions", headers={"origin": origin})
            assert response.headers.get("access-control-allow-origin") == allowed
        asked = await client.options(
            "/api/v1/messages",
            headers={
                "origin": "https://shop.example",
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization,content-type,last-event-id",
            },
        )
        assert asked.status_code == 200
        refused = await client.post("/api/v1/messages", headers={"origin": "https://shop.example"})
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "https://shop.example"


async def test_every_answer_forbids_guessing_its_type(client: httpx2.AsyncClient) -> None:
    for path in ["/", "/healthz", "/nowhere", "/widget.js", "/api/v1/events"]:
        assert (await client.get(path)).headers["x-content-type-options"] == "nosniff"
