"""What stands in the log of a handler that fails: where, but not what a person wrote."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from botcore.app.logs import set_up_logs
from botcore.config.settings import LogSettings

Format = Literal["console", "json"]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    import logging

    root = logging.getLogger()
    before = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers, root.level = before[0], before[1]
    structlog.configure(**before[2])


def failed(monkeypatch: pytest.MonkeyPatch, settings: LogSettings, **bound: str) -> str:
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    set_up_logs(settings)
    try:
        try:
            int("a secret")
        except ValueError as error:
            raise ExceptionGroup("also secret", [error, KeyError("secret")]) from error
    except ExceptionGroup as error:
        structlog.get_logger().error("a handler failed", exc_info=error, **bound)
    return stderr.getvalue()


@pytest.mark.parametrize("format", ["console", "json"])
def test_the_words_of_an_error_within_a_turn_are_left_out(
    monkeypatch: pytest.MonkeyPatch, format: Format
) -> None:
    log = failed(monkeypatch, LogSettings(format=format), trace_id="0123456789abcdef")
    assert "secret" not in log.replace('int("a secret")', "").replace('"also secret"', "").replace(
        'KeyError("secret")', ""
    ), "the source's own line may stand"
    for expected in ("ValueError", "ExceptionGroup", "KeyError", "test_logs.py", "log.message_text"):
        assert expected in log


@pytest.mark.parametrize("format", ["console", "json"])
def test_the_words_stand_where_message_texts_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, format: Format
) -> None:
    log = failed(monkeypatch, LogSettings(format=format, message_text=True), trace_id="0123456789abcdef")
    assert "invalid literal" in log


@pytest.mark.parametrize("format", ["console", "json"])
def test_the_words_of_an_error_outside_of_turns_stand(
    monkeypatch: pytest.MonkeyPatch, format: Format
) -> None:
    assert "invalid literal" in failed(monkeypatch, LogSettings(format=format))
