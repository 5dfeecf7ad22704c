"""Several processes on one server: how much they answer together, what they weigh, and what a death costs.

`python -m botcore.cli.benches.crowd URL bot|bare|thoughtful|slow` is one of them; it works until its input ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.app.garbage import spare_what_stays
from botcore.app.logs import set_up_logs
from botcore.cli.benches.echo import CHANNEL, bare, bot, slow_bot, thoughtful_bot
from botcore.cli.benches.load import insist, message_in
from botcore.cli.common import run_async
from botcore.config import Settings
from botcore.config.settings import LogSettings, RedisSettings
from botcore.delivery import keys
from botcore.types import Outgoing

RUNNERS = {"bot": bot, "bare": bare, "thoughtful": thoughtful_bot, "slow": slow_bot}
PATIENCE_SECONDS = 120.0
Process = asyncio.subprocess.Process


@asynccontextmanager
async def crowd(dialogues: Dialogues, count: int, runner: str) -> AsyncIterator[list[Process]]:
    """That many processes, all of them ready."""
    url = str(dialogues.redis.connection_pool.connection_kwargs["path"])
    command = [sys.executable, "-m", __name__, f"unix://{url}", runner]
    pipe = asyncio.subprocess.PIPE
    folder = tempfile.TemporaryDirectory(
        prefix="botcore-bench-"
    )  # for what those leave behind that are killed
    environment = {**os.environ, "TMPDIR": folder.name}
    processes = [
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)
        for _ in range(count)
    ]
    try:
        for process in processes:
            if process.stdout:
                await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        yield processes
    finally:
        for process in processes:
            if process.stdin and process.returncode is None:
                process.stdin.close()
        for process in processes:
            await process.wait()
        folder.cleanup()


async def answered_together(dialogues: Dialogues, messages: int, conversations: int) -> float:
    """Messages a second, from their arrival until the last answer is with its channel."""
    events = [message_in(str(number % conversations)) for number in range(messages)]
    began = time.perf_counter()
    for first in range(0, messages, 512):
        await asyncio.gather(*(insist(dialogues, event) for event in events[first : first + 512]))
    await until_quiet(dialogues)
    return messages / (time.perf_counter() - began)


async def until_quiet(dialogues: Dialogues) -> None:
    """All mail is answered, and all answers are sent."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _waiting(dialogues, [keys.READY, keys.out(CHANNEL)]):  # noqa: ASYNC110  # others empty them
            await asyncio.sleep(0.005)


async def _waiting(dialogues: Dialogues, streams: Sequence[str]) -> int:
    return sum([int(await dialogues.commands("XLEN", stream)) for stream in streams])


def resident_kb(process: int | str) -> int:
    """Memory of a process by its id (or `self`); 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


async def _work(url: str, runner: str) -> None:
    settings = Settings(redis=RedisSettings(url=url))
    async with open_dialogues(settings) as dialogues, RUNNERS[runner](dialogues, _sent):
        spare_what_stays()
        print("ready", flush=True)  # noqa: T201  # what the parent waits for
        await asyncio.to_thread(sys.stdin.read)


async def _sent(outgoing: Outgoing) -> None:
    return


if __name__ == "__main__":
    set_up_logs(LogSettings(level="error"))
    run_async(_work(sys.argv[1], sys.argv[2]))
