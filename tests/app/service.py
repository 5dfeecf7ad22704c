"""botcore as a person runs it: processes in a folder of their own, on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2
import psutil

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""For anything that a slow machine may take long for."""

PROBE = '''"""Handlers that tell what they do, and wait until the test lets them go on."""

import asyncio
import os
from pathlib import Path

from botcore import Context, Plugin, Stream

plugin = Plugin("probe")


def note(word: str) -> None:
    with Path("turns.log").open("a", encoding="utf-8") as turns:
        turns.write(word + "\\n")


async def opened(door: str) -> None:
    while not Path(door).exists():
        await asyncio.sleep(0.02)


@plugin.command("echo")
async def echo(ctx: Context) -> str:
    """Say it back."""
    return ctx.args


@plugin.command("words")
async def words(ctx: Context) -> str:
    """Words with numbers, in one paragraph."""
    return " ".join(f"word{number}" for number in range(int(ctx.args)))


@plugin.command("through")
async def through(ctx: Context) -> str:
    """Wait for a door, then answer."""
    Path(f"{ctx.args}.process").write_text(str(os.getpid()))
    note(f"begun {ctx.args}")
    await opened(ctx.args)
    note(f"ended {ctx.args}")
    return f"through {ctx.args}"


@plugin.command("tell")
async def tell(ctx: Context) -> Stream:
    """A story that grows: its second half waits for a door."""

    async def story():
        yield "Once upon a time "
        note(f"begun {ctx.args}")
        await opened(ctx.args)
        yield "they lived happily ever after."

    return Stream(story())


@plugin.command("fail")
async def fail(ctx: Context) -> str:
    """Fail, with what was said in the error."""
    raise RuntimeError(ctx.args)


@plugin.fallback
async def heard(ctx: Context) -> str:
    return f"You said: {ctx.text}"
'''
PROBE_ONLY = {
    "BOTCORE_PLUGINS__ENABLED": '["probe"]',
    "BOTCORE_KNOWLEDGE__FOLDER": "documents",
    "BOTCORE_LIMITS__ENABLED": "false",
}
"""Settings of a bot that has nothing to learn, so that it starts quickly."""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours, without settings of botcore that the tester may have, and without colours or proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOTCORE_")}
    plain = {"NO_COLOR": "1", "NO_PROXY": "*", "COLUMNS": "120", "LANG": "C.UTF-8"}
    return {**kept, **plain, **settings}


def botcore(
    folder: Path, *arguments: str, said: str | bytes = "", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "botcore", *arguments],
        cwd=folder,
        env=environment(settings or {}),
        input=said.encode() if isinstance(said, str) else said,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def until(met: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """What `met` gives, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.02)
    return found


def processes_in(folder: Path) -> list[psutil.Process]:
    """Every process that works in the folder or below: the bot, its Valkey, its children."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found


def end_all(folder: Path) -> None:
    """Nothing of a test outlives it, whatever it did."""
    for process in processes_in(folder):
        with suppress(psutil.Error):
            process.kill()
    until(lambda: not processes_in(folder), "the end of every process")


@dataclass
class Service:
    """`botcore run` in `folder`. Started, killed and started again at will; its data stays."""

    folder: Path
    role: str = "all"
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    name: str = "data"
    url: str = ""
    ready_seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Service:
        """Returns once it says that it is ready."""
        began = time.monotonic()
        self.begin()
        until(self.is_up, "the service to be ready")
        self.ready_seconds = time.monotonic() - began
        return self

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "botcore", "run", "--role", self.role]
        command += ["--port", str(self.port), "--data-dir", self.name]
        with self._file("out").open("wb") as out, self._file("err").open("ab") as err:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def is_up(self) -> bool:
        """Whether it has said that it is ready. Fails where it has ended."""
        assert self.process
        ended = self.process.poll()
        assert ended is None, f"botcore run ended with {ended}: {self.out} {self.log[-2000:]}"
        found = re.search(r"http://[\w.:]+\d", self.out)
        self.url = found[0] if found else ""
        return "Ctrl-C stops it." in self.out

    def _file(self, what: str) -> Path:
        return self.folder / f"{self.name}.{what}"

    @property
    def out(self) -> str:
        return self._file("out").read_text("utf-8")

    @property
    def log(self) -> str:
        """What all starts so far wrote to stderr."""
        return self._file("err").read_text("utf-8")

    @property
    def turns(self) -> list[str]:
        """What the handlers of the plugin `probe` noted."""
        path = self.folder / "turns.log"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def until_begun(self, door: str) -> None:
        until(lambda: f"begun {door}" in self.turns, f"the turn at {door} to begin")

    def open(self, door: str) -> None:
        (self.folder / door).touch()

    def kill(self) -> None:
        """As the kernel does when memory runs out: nothing is tidied up."""
        assert self.process
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def interrupt(self) -> None:
        """Ctrl-C in its terminal: every process of the group hears it."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGINT)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Kill it if it runs. Closing twice is a no-op."""
        if self.process:
            self.kill()
            self.process = None

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS, trust_env=False)


@contextmanager
def service_in(folder: Path, settings: Mapping[str, str] | None = None, port: int = 0) -> Iterator[Service]:
    """A service with the plugin `probe` in its folder, not yet started; at the end none of its processes is left."""
    (folder / "plugins" / "probe").mkdir(parents=True)
    (folder / "plugins" / "probe" / "plugin.py").write_text(PROBE, "utf-8")
    (folder / "documents").mkdir()
    service = Service(folder, settings=dict(PROBE_ONLY if settings is None else settings), port=port)
    try:
        yield service
    finally:
        service.close()
        end_all(folder)
