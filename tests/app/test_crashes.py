"""Whatever is killed, and whenever: what was accepted is answered, once and in order."""

from __future__ import annotations

import asyncio

import httpx2
import psutil

from tests.app.service import Service, processes_in
from tests.app.talk import Talk, data


async def test_a_message_is_answered_once_though_the_process_was_killed_in_mid_turn(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    first = await talk.ask("/echo before")
    id = await talk.say("/through door")
    service.until_begun("door")
    service.kill()
    service.open("door")
    service.start()
    assert [answer["text"] for answer in await talk.answer(id)] == ["through door"]
    assert [answer["text"] for answer in await talk.ask("/echo after")] == ["after"]
    assert talk.said(id) == ["through door"]
    assert [answer["text"] for answer in first] == ["before"]
    ids = [event.id for event in talk.seen]
    assert len(set(ids)) == len(ids), "resuming by Last-Event-ID shows nothing twice"
    assert "Traceback" not in service.log


async def test_an_answer_that_was_growing_is_whole_after_the_restart(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    id = await talk.say("/tell door")
    await talk.follow(lambda: any(event.event == "delta" for event in talk.seen))
    service.until_begun("door")
    service.kill()
    service.open("door")
    service.start()
    assert [answer["text"] for answer in await talk.answer(id)] == [
        "Once upon a time they lived happily ever after."
    ]
    deltas = [data(event) for event in talk.seen if event.event == "delta"]
    assert {delta["id"] for delta in deltas} == {talk.answers(id)[0]["id"]}


async def test_messages_that_were_just_accepted_survive_the_kill_in_order(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    ids = [await talk.say(f"/echo {number}", id=f"m{number}") for number in range(20)]
    service.kill()
    service.start()
    await talk.answer(ids[-1])
    replies = [data(event) for event in talk.seen if event.event == "message"]
    spoken = [
        reply["text"] for reply in replies if reply["role"] == "assistant" and reply["in_reply_to"] in ids
    ]
    assert spoken == [str(number) for number in range(20)]


async def test_a_valkey_killed_under_load_loses_nothing_and_doubles_nothing(service: Service) -> None:
    service.start()
    talks = [await Talk(service).begin() for _ in range(8)]
    killer = asyncio.create_task(_kill_valkey_after(talks, service))
    said = await asyncio.gather(*(_say_many(talk, 30) for talk in talks))
    await killer
    for talk, ids in zip(talks, said, strict=True):
        await talk.answer(ids[-1])
        spoken = [text for id in ids for text in talk.said(id)]
        assert spoken == [f"{number}" for number in range(30)]
    assert "embedded valkey is gone; starting it again" in service.log
    assert "Traceback" not in service.log


async def _say_many(talk: Talk, count: int) -> list[str]:
    """As a browser does: what was not accepted is sent again under the same id."""
    ids = [f"m{number}" for number in range(count)]
    async with talk.service.http() as http:
        for number, id in enumerate(ids):
            await _accepted(http, talk, f"/echo {number}", id)
    return ids


async def _accepted(http: httpx2.AsyncClient, talk: Talk, text: str, id: str) -> None:
    headers = {"authorization": f"Bearer {talk.session['token']}"}
    async with asyncio.timeout(60):
        while True:
            response = await http.post("/api/v1/messages", json={"text": text, "id": id}, headers=headers)
            if response.status_code == 202:
                return
            assert response.status_code in (429, 503), response.text
            assert int(response.headers["retry-after"]) > 0
            await asyncio.sleep(0.05)


async def _kill_valkey_after(talks: list[Talk], service: Service) -> None:
    """In the midst of it: when the first visitor has had five answers."""
    await talks[0].answer("m4")
    _valkey(service).kill()


def _valkey(service: Service) -> psutil.Process:
    [valkey] = [one for one in processes_in(service.folder) if one.name().startswith("valkey")]
    return valkey
