"""`botcore ask`: every plugin answers, in English and in Chinese, with a service running and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.service import Service, botcore, processes_in, service_in

QUESTIONS = {
    "customer_service, English": (
        "What are your opening hours?",
        "customer_service",
        "en",
        "Monday to Friday",
    ),
    "customer_service, Chinese": ("你们几点开门？", "customer_service", "zh", "周一"),
    "tutoring, English": ("What is the derivative of x^3 + 2x^2 - 3x + 1?", "tutoring", "en", "3x² + 4x − 3"),
    "tutoring, Chinese": (
        "如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？",
        "tutoring",
        "zh",
        "3x² + 4x − 3",
    ),
    "translation, English": ("Translate good morning into Chinese", "translation", "en", "早上好"),
    "translation, Chinese": ("把“谢谢”翻译成英文", "translation", "zh", "hank"),
    "writing, English": ("/check He go to to school.", "writing", "en", "to"),
    "writing, Chinese": ("/check 我今天今天去学校,,很高兴。", "writing", "zh", "，"),
    "assistant, English": ("/help", "assistant", "en", "/reset"),
    "assistant, Chinese": ("你会做什么？", "assistant", "zh", "/reset"),
}


def asked(folder: Path, text: str, *options: str, said: str = "") -> dict[str, Any]:
    done = botcore(folder, "ask", text, "--json", *options, said=said)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("about", QUESTIONS)
def test_every_plugin_answers_in_english_and_chinese(running: Service, about: str) -> None:
    text, plugin, language, expected = QUESTIONS[about]
    answer = asked(running.folder, text, "--locale", language)
    assert answer["plugin"] == plugin
    assert answer["language"] == language
    assert expected in answer["replies"][0]["text"]


def test_the_json_has_the_shape_that_others_build_on(running: Service) -> None:
    answer = asked(running.folder, "What are your opening hours?")
    assert list(answer) == [
        "replies",
        "plugin",
        "handler",
        "intent",
        "language",
        "sources",
        "trace_id",
        "timings_ms",
    ]
    assert list(answer["replies"][0]) == ["text", "buttons", "attachments"]
    assert list(answer["intent"]) == ["name", "score", "by"]
    assert (answer["intent"]["name"], answer["intent"]["by"]) == ("opening_hours", "classifier")
    assert 0 < answer["intent"]["score"] <= 1
    [source] = answer["sources"]
    assert list(source) == ["title", "uri", "snippet", "score"]
    assert len(answer["trace_id"]) == 16
    assert answer["timings_ms"]["total"] > 0


def test_a_conversation_goes_on_where_it_was(running: Service) -> None:
    asked(running.folder, "/lang zh", "--conversation", "anna")
    assert asked(running.folder, "/privacy", "--conversation", "anna")["language"] == "zh"


def test_a_dash_reads_the_text_from_stdin(running: Service) -> None:
    answer = asked(running.folder, "-", said="differentiate\n x^2\n")
    assert "2x" in answer["replies"][0]["text"]
    assert asked(running.folder, "-3 + 5 = ?")["replies"], "a text may begin with one too"


def test_the_plain_answer_is_the_text_its_buttons_and_its_source(running: Service) -> None:
    done = botcore(running.folder, "ask", "What are your opening hours?")
    assert done.returncode == 0
    assert "Monday to Friday" in done.stdout
    assert "Source: The shop" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("ask", "hi", "--nonsense"), ("ask",)])
def test_bad_usage_is_exit_code_2(folder: Path, arguments: tuple[str, ...]) -> None:
    done = botcore(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "said",
    [b"", b"caf\xe9 \xff \x1b[31m \xe2\x80\xae \x00\xed\xa0\x80 [red]no markup[/nothing]", b"x" * 1_000_000],
    ids=["nothing", "everything odd", "a megabyte"],
)
def test_an_odd_text_has_an_answer_and_no_traceback(running: Service, said: bytes) -> None:
    done = botcore(running.folder, "ask", "-", said=said)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert (done.stderr, "\x1b" in done.stdout) == ("", False)


@pytest.mark.slow
def test_without_a_service_the_command_answers_by_itself_and_leaves_nothing_running(tmp_path: Path) -> None:
    settings = {"BOTCORE_PLUGINS__ENABLED": '["assistant"]', "BOTCORE_KNOWLEDGE__FOLDER": "none"}
    done = botcore(tmp_path, "ask", "/privacy", "--json", settings=settings)
    assert json.loads(done.stdout)["plugin"] == "assistant", done.stderr
    assert (tmp_path / "data").is_dir()
    assert processes_in(tmp_path) == []


def test_a_service_that_was_just_killed_is_not_waited_for(tmp_path: Path) -> None:
    with service_in(tmp_path / "bot") as service:
        service.start().kill()
        done = botcore(service.folder, "ask", "/echo hello", settings=service.settings)
        assert (done.returncode, done.stdout) == (0, "hello\n"), done.stderr
