"""A real vLLM as `botcore engine serve` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engine.install import install
from tests.engine.server import ENVIRONMENT, START_SECONDS, free_port

SMALL = ["--dtype", "float32", "--max-model-len", "512", "--enforce-eager", "--max-num-seqs", "32"]
STOP_SECONDS = 60


class Served:
    """A server that runs."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self.log = log
        self.exit_code: int | None = None
        """Once it has been stopped."""


@contextmanager
def served(model: Path, log: Path, *flags: str, further: list[str] | None = None) -> Iterator[Served]:
    """`flags` are those of `botcore engine serve`, `further` those of vLLM. It is stopped by SIGTERM at the end."""
    port = free_port()
    command = [sys.executable, "-m", "botcore", "engine", "serve", "--model", str(model), "--port", str(port)]
    command += ["--vllm", str(install() / "bin/vllm"), *flags, "--", *(SMALL if further is None else further)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOTCORE_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=kept | ENVIRONMENT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    one = Served(f"http://127.0.0.1:{port}/v1", log)
    try:
        _wait(process, port, log)
        yield one
        process.terminate()
        one.exit_code = process.wait(STOP_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
            return
        said = log.read_text(errors="replace")[-3000:]
        assert process.poll() is None, f"engine serve ended with {process.returncode}:\n{said}"
        assert time.monotonic() < deadline, f"engine serve was not ready after {START_SECONDS} s:\n{said}"
        time.sleep(0.2)
