"""`botcore chat`, at a real terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.service import Service, botcore, service_in, until
from tests.cli.terminal import CTRL_C, CTRL_D, TAB, terminal_with


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A folder with the plugins `probe` and `assistant`, and no service running in it."""
    with service_in(tmp_path_factory.mktemp("chat") / "bot") as service:
        service.settings["BOTCORE_PLUGINS__ENABLED"] = '["probe", "assistant"]'
        yield service


def test_a_talk_from_the_greeting_to_the_way_back(place: Service) -> None:
    with terminal_with(place.folder, "chat", settings=place.settings) as terminal:
        terminal.sees("Hello, I am botcore")
        models = place.folder / "data" / "models"
        until(lambda: any(models.glob("intents-*.npz")), "the intents to be learned")
        terminal.say("/echo good day")
        terminal.sees("good day")
        terminal.sees("good day")
        terminal.say("/words 200")
        terminal.sees("word0")
        assert terminal.sees("you ›").split() == [f"word{number}" for number in range(1, 200)], (
            "wrapped, not cut"
        )
        terminal.type("/tell door\r")
        terminal.sees("Once upon a time")
        place.until_begun("door")
        place.open("door")
        terminal.sees("happily ever after.")
        terminal.say("/tell never")
        terminal.sees("Once upon a time")
        terminal.type(CTRL_C)
        terminal.sees("(Stopped.)")
        terminal.sees("you ›")
        terminal.type(CTRL_C)
        terminal.sees("Ctrl-D leaves.")
        terminal.sees("you ›")
        terminal.type(CTRL_D)
        terminal.sees("Go on later with: botcore chat --conversation chat-")
        assert terminal.leaves() == 0
        assert "Traceback" not in terminal.text


def test_tab_completes_commands_while_a_service_answers(place: Service) -> None:
    place.start()
    with terminal_with(place.folder, "chat", "--conversation", "old", settings=place.settings) as terminal:
        terminal.sees("you ›")
        terminal.type("/ech" + TAB)
        terminal.sees("/echo")
        terminal.type(" completed\r")
        terminal.sees("completed")
        terminal.sees("completed")
        terminal.sees("you ›")
        terminal.type(CTRL_D)
        assert terminal.leaves() == 0
    assert place.stop() == 0


def test_lines_from_a_pipe_are_answered_one_after_another(place: Service) -> None:
    said = "/echo first\n\n/echo [bold]second[/nothing]\n/echo \x1b[31mthird"
    done = botcore(place.folder, "chat", "--conversation", "pipe", said=said, settings=place.settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:5] == ["first", "", "[bold]second[/nothing]", "", "\ufffd[31mthird"]
    assert done.stderr == ""


def test_ctrl_c_while_the_bot_still_learns_ends_nothing(tmp_path: Path) -> None:
    with terminal_with(tmp_path, "chat", settings={}) as terminal:
        terminal.sees("you ›")
        terminal.type(CTRL_C)  # the whole terminal hears it, the bot's children too
        terminal.sees("Ctrl-D leaves.")
        terminal.sees("you ›")
        terminal.type(CTRL_D)
        terminal.sees("Go on later with")
        assert terminal.leaves() == 0
        assert "Traceback" not in terminal.text
        assert "failed" not in terminal.text
    assert list((tmp_path / "data" / "models").glob("*.onnx"))
