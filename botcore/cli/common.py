"""What all commands share: where the settings come from, how coroutines run, and what JSON looks like."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
from cyclopts import Parameter
from rich.console import Console

from botcore.app.logs import set_up_logs
from botcore.config import Settings, load_settings

T = TypeVar("T")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

out = Console(highlight=False, soft_wrap=True)
"""stdout. Its markup is off where texts of people are printed."""
progress = Console(stderr=True, highlight=False, soft_wrap=True)
"""stderr: what a command is doing, which is no part of its answer."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Flags that every command takes."""

    config: Annotated[
        Path | None,
        Parameter(help="The configuration file; otherwise $BOTCORE_CONFIG, or config/botcore.toml."),
    ] = None
    data_dir: Annotated[
        Path | None, Parameter(help="The folder for all that the bot keeps; otherwise the setting data_dir.")
    ] = None

    def settings(self, *, quiet: bool = True, **flags: object) -> Settings:
        """Read and check the settings, and set up the logs. Raises ConfigurationError."""
        settings = load_settings(self.config, {"data_dir": self.data_dir, **flags})
        set_up_logs(settings.log, quiet=quiet)
        return settings


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on uvloop where there is one."""
    factory = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            try:
                return runner.run(main)
            finally:
                # All is stored; what is left is threads that finish learning, and an interrupt would only make noise.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGINT, interrupt)


def harmless(text: str) -> str:
    """Without the control characters by which a text could command the terminal."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def print_json(data: object) -> None:
    """One object on stdout, and nothing else there."""
    sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n")
