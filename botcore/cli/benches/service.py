"""The service from outside: how soon it is ready and answers, and how much memory it takes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import msgspec

START_SECONDS = 120.0


class Start(msgspec.Struct, frozen=True):
    """One start of `botcore run` in a process of its own."""

    ready_s: float
    """Until `/readyz` says ok."""
    first_answer_s: float
    """Until a question that needs the classifier was answered."""
    resident_mb: float
    """After that answer, the model of sentence vectors loaded."""


def import_ms() -> float:
    """`import botcore` in a fresh interpreter, its start not counted."""
    code = "import time; t = time.perf_counter(); import botcore; print((time.perf_counter() - t) * 1000)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)  # noqa: S603


async def starts() -> tuple[Start, Start]:
    """The first start on an empty data folder, and the second one."""
    with tempfile.TemporaryDirectory(prefix="botcore-bench-") as folder:
        return await _start(Path(folder)), await _start(Path(folder))


async def _start(data_dir: Path) -> Start:
    began = time.perf_counter()
    command = [sys.executable, "-m", "botcore", "run", "--port", "0", "--data-dir", str(data_dir)]
    environment = {**os.environ, "BOTCORE_LOG__LEVEL": "error"}
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, env=environment)
    try:
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
            url = await _page(process)
            async with http.get(f"{url}readyz") as response:
                response.raise_for_status()
            ready = time.perf_counter() - began
            await _ask(http, url, "What are your opening hours?")
            return Start(ready, time.perf_counter() - began, _resident_mb(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _page(process: asyncio.subprocess.Process) -> str:
    output = b""
    while process.stdout and (line := await process.stdout.readline()):
        output += line
        found = re.search(rb"http://\S+", line)
        if found:
            return found[0].decode()
    raise RuntimeError(f"botcore run ended: {output.decode()}")


async def _ask(http: aiohttp.ClientSession, url: str, text: str) -> None:
    async with http.post(f"{url}api/v1/sessions", json={}) as response:
        headers = {"Authorization": f"Bearer {(await response.json())['token']}"}
    async with http.post(
        f"{url}api/v1/messages", json={"id": "bench", "text": text}, headers=headers
    ) as response:
        response.raise_for_status()
    async with http.get(f"{url}api/v1/events", headers=headers) as events:
        async for line in events.content:
            if b'"assistant"' in line and b'"in_reply_to":"bench"' in line:
                return


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found[1]) / 1024 if found else float("nan")
    kilobytes = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True).stdout  # noqa: S603, S607
    return int(kilobytes) / 1024
