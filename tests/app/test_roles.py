"""A gateway and its workers as processes of their own, with nothing in common but Redis (and records, where wished)."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from botcore.stores.embedded import find_server
from tests.app.service import PROBE_ONLY, Service, service_in, until
from tests.app.talk import Talk, data

Role = Callable[..., Service]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis that is nobody's child."""
    binary = find_server()
    assert binary
    socket = tmp_path / "r"
    command = [str(binary), "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        until(socket.exists, "redis")
        yield f"unix://{socket}"
        process.terminate()


@pytest.fixture
def role(tmp_path: Path, redis_url: str) -> Iterator[Role]:
    """Makes a process of a role, each with a data folder of its own."""
    with service_in(tmp_path / "bot", PROBE_ONLY | {"BOTCORE_REDIS__URL": redis_url}) as one:
        made: list[Service] = []

        def make(role: str, name: str, **settings: str) -> Service:
            made.append(Service(one.folder, role=role, name=name, settings=one.settings | settings))
            return made[-1]

        yield make
        for service in made:
            service.close()


async def test_messages_wait_for_a_worker_that_comes_later_and_the_gateway_says_so(role: Role) -> None:
    gateway = role("gateway", "gateway").start()
    talk = await Talk(gateway).begin()
    ids = [await talk.say(f"/echo {number}") for number in range(3)]
    async with gateway.http() as http:
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert "wait" in ready.json()["parts"]["workers"]
        worker = role("worker", "worker").start()
        assert [await talk.answer(id) for id in ids] == [talk.answers(id) for id in ids]
        assert [talk.said(id) for id in ids] == [["0"], ["1"], ["2"]]
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    async with worker.http() as http:
        assert (await http.get("/readyz")).status_code == 200
        assert "botcore_http_requests" in (await http.get("/metrics")).text
        assert (await http.post("/api/v1/sessions", json={})).status_code == 404
    assert [service.stop() for service in (worker, gateway)] == [0, 0]


@pytest.mark.parametrize("records", ["separate", pytest.param("shared", marks=pytest.mark.slow)])
async def test_a_worker_that_is_killed_in_mid_turn_is_stood_in_for_by_the_other(
    role: Role, tmp_path: Path, records: str
) -> None:
    database = f"sqlite:///{tmp_path / 'records.db'}" if records == "shared" else ""
    names = ("gateway", "one", "other")
    parts = [
        role("gateway" if name == "gateway" else "worker", name, BOTCORE_DATABASE__URL=database)
        for name in names
    ]
    for part in parts:
        part.begin()
    for part in parts:
        until(part.is_up, f"{part.name} to be ready")
    gateway, one, other = parts
    talk = await Talk(gateway).begin()
    id = await talk.say("/through door")
    gateway.until_begun("door")
    working = int((gateway.folder / "door.process").read_text("utf-8"))
    busy, idle = (one, other) if one.process and one.process.pid == working else (other, one)
    busy.kill()
    began = time.monotonic()
    until(lambda: gateway.turns == ["begun door"] * 2, "the other worker to take the turn over")
    assert time.monotonic() - began < 30
    gateway.open("door")
    assert [answer["text"] for answer in await talk.answer(id)] == ["through door"]
    assert [service.stop() for service in (gateway, idle)] == [0, 0]


async def test_a_gateway_that_is_killed_in_mid_stream_shows_one_whole_message_when_it_is_back(
    role: Role,
) -> None:
    gateway, worker = role("gateway", "gateway").start(), role("worker", "worker").start()
    talk = await Talk(gateway).begin()
    id = await talk.say("/tell door")
    await talk.follow(lambda: any(event.event == "delta" for event in talk.seen))
    gateway.kill()
    gateway.open("door")
    gateway.start()
    assert [answer["text"] for answer in await talk.answer(id)] == [
        "Once upon a time they lived happily ever after."
    ]
    _is_one_message(talk, id)
    assert gateway.turns == ["begun door"], "the worker went on as if nothing had happened"
    async with gateway.http() as http:
        assert "botcore_uncertain_sends_total 0.0" in (await http.get("/metrics")).text
    assert [service.stop() for service in (worker, gateway)] == [0, 0]


async def test_an_answer_whose_worker_is_killed_in_mid_stream_ends_as_one_message(role: Role) -> None:
    gateway = role("gateway", "gateway").start()
    first = role("worker", "first").start()
    talk = await Talk(gateway).begin()
    id = await talk.say("/tell door")
    await talk.follow(lambda: any(event.event == "delta" for event in talk.seen))
    gateway.until_begun("door")
    first.kill()
    second = role("worker", "second").start()
    gateway.open("door")
    assert [answer["text"] for answer in await talk.answer(id)] == [
        "Once upon a time they lived happily ever after."
    ]
    _is_one_message(talk, id)
    assert [service.stop() for service in (second, gateway)] == [0, 0]


def _is_one_message(talk: Talk, id: str) -> None:
    """What grew and what stands at the end have one id; nothing of it came twice."""
    grown = {data(event)["id"] for event in talk.seen if event.event == "delta"}
    [answer] = talk.answers(id)
    assert grown == {answer["id"]}
    ids = [event.id for event in talk.seen]
    assert len(set(ids)) == len(ids)
