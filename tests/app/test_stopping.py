"""How a service begins and ends: with an exit code that a supervisor understands, and nothing left behind."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest

from tests.app.service import PATIENCE_SECONDS, PROBE_ONLY, Service, botcore, processes_in, service_in, until
from tests.app.talk import Talk


async def test_sigterm_lets_the_turn_in_flight_finish_and_exits_with_0(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    id = await talk.say("/through door")
    service.until_begun("door")
    assert service.process
    service.process.terminate()
    until(lambda: "Stopping" in service.out, "the service to say that it stops")
    service.open("door")
    assert service.process.wait(PATIENCE_SECONDS) == 0
    assert service.turns == ["begun door", "ended door"]
    assert processes_in(service.folder) == []
    service.start()
    assert [answer["text"] for answer in await talk.answer(id)] == ["through door"]
    assert service.turns == ["begun door", "ended door"], "it was not answered a second time"
    assert service.stop() == 0
    assert service.log == "" or "Traceback" not in service.log


async def test_a_second_ctrl_c_stops_at_once_and_the_next_start_answers(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    id = await talk.say("/through door")
    service.until_begun("door")
    service.interrupt()
    until(lambda: "Stopping" in service.out, "the service to say that it stops")
    service.interrupt()
    assert service.process
    assert service.process.wait(PATIENCE_SECONDS) == 128 + signal.SIGINT
    service.open("door")
    service.start()
    assert [answer["text"] for answer in await talk.answer(id)] == ["through door"]
    assert service.stop() == 0
    assert processes_in(service.folder) == []


@pytest.mark.slow
async def test_a_turn_that_outlasts_the_grace_goes_back_and_the_next_start_answers(service: Service) -> None:
    talk = await Talk(service.start()).begin()
    id = await talk.say("/through door")
    service.until_begun("door")
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 25
    service.open("door")
    service.start()
    assert [answer["text"] for answer in await talk.answer(id)] == ["through door"]


async def test_ctrl_c_ends_every_child_and_spares_the_answer_that_one_of_them_works_on(
    tmp_path: Path,
) -> None:
    settings = PROBE_ONLY | {"BOTCORE_PLUGINS__ENABLED": '["tutoring", "probe"]'}
    with service_in(tmp_path / "bot", settings) as service:
        talk = await Talk(service.start()).begin()
        [answer] = await talk.ask("differentiate x^2")
        assert "2x" in answer["text"]
        children = processes_in(service.folder)
        assert len(children) >= 3, "the bot, its Valkey, the tutor's child"
        id = await talk.say("differentiate x^3")
        service.interrupt()
        assert service.process
        assert service.process.wait(PATIENCE_SECONDS) == 0
        assert processes_in(service.folder) == []
        service.start()
        [answer] = await talk.answer(id)
        assert "3x²" in answer["text"]


async def test_a_killed_service_leaves_its_valkey_alone_and_the_next_one_takes_it_over(
    tmp_path: Path,
) -> None:
    settings = PROBE_ONLY | {"BOTCORE_PLUGINS__ENABLED": '["tutoring", "probe"]'}
    with service_in(tmp_path / "bot", settings) as service:
        talk = await Talk(service.start()).begin()
        await talk.ask("differentiate x^2")
        service.kill()
        until(lambda: len(processes_in(service.folder)) == 1, "all but Valkey to end")
        [left] = processes_in(service.folder)
        service.start()
        assert left.is_running()
        assert [answer["text"] for answer in await talk.ask("/echo still here")] == ["still here"]
        assert service.stop() == 0
        assert processes_in(service.folder) == []


def test_a_second_run_on_the_same_data_folder_is_a_sentence_and_exit_code_2(service: Service) -> None:
    service.start()
    assert service.process
    second = botcore(service.folder, "run", "--port", "0", "--data-dir", "data", settings=service.settings)
    assert (second.returncode, second.stdout) == (2, "")
    assert f"another botcore runs on this data folder (process {service.process.pid})" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_that_is_taken_is_a_sentence_and_exit_code_2(service: Service) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = botcore(service.folder, "run", "--port", port, settings=service.settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"another program listens on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert processes_in(service.folder) == []


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", pytest.param("unix:///nowhere/redis.sock", marks=pytest.mark.slow)]
)
def test_a_redis_that_does_not_answer_is_a_sentence_and_exit_code_1(service: Service, url: str) -> None:
    began = time.monotonic()
    settings = service.settings | {"BOTCORE_REDIS__URL": url}
    ended = botcore(service.folder, "run", "--port", "0", settings=settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert time.monotonic() - began < 30
    assert "Redis can't be reached" in ended.stderr
    assert "redis.url" in ended.stderr, "the remedy"
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_redis_that_is_none_is_a_sentence_and_exit_code_1(service: Service) -> None:
    """The port of a web server, say."""
    service.start()
    settings = service.settings | {"BOTCORE_REDIS__URL": service.url.replace("http", "redis")}
    ended = botcore(service.folder, "run", "--port", "0", "--data-dir", "other", settings=settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "redis.url" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--port", "0"),
        ("ask", "hi"),
        *(
            pytest.param(rest, marks=pytest.mark.slow)
            for rest in [("chat",), ("kb", "list"), ("desk", "list")]
        ),
    ],
)
def test_a_data_folder_that_cant_be_written_is_a_sentence_and_exit_code_2(
    service: Service, command: tuple[str, ...]
) -> None:
    (service.folder / "file").touch()
    ended = botcore(service.folder, *command, "--data-dir", "file/data", settings=service.settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "data_dir = file/data" in ended.stderr
    assert "Traceback" not in ended.stderr
