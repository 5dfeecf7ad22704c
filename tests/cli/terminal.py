"""A person at a terminal: types, and reads what appears."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.app.service import PATIENCE_SECONDS, environment

CTRL_C, CTRL_D, TAB, ENTER = "\x03", "\x04", "\t", "\r"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()=>78][0B]?|\r")


class Terminal:
    """80 columns and 24 lines, and a program that has it for its own."""

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        self._screen = screen
        self.process = process
        self.text = ""
        """All that has appeared, without colours and movements of the cursor."""
        self._read = 0

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def say(self, text: str) -> None:
        """Type a line once the prompt is there."""
        self.sees("you ›")
        self.type(text + ENTER)

    def sees(self, text: str) -> str:
        """Wait until it appears below what was seen before; all that appeared up to there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (at := self.text.find(text, self._read)) < 0:
            assert time.monotonic() < deadline, f"waited for {text!r}; on the screen: {self.text[-2000:]}"
            self._take()
        seen = self.text[self._read : at]
        self._read = at + len(text)
        return seen

    def leaves(self) -> int:
        """The exit code, once the program has ended."""
        while self._take():
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def _take(self) -> bool:
        if not select.select([self._screen], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # how Linux says that nobody holds the other end
            return False
        self.text += _ESCAPES.sub("", data.decode("utf-8", "replace"))
        return bool(data)


@contextmanager
def terminal_with(folder: Path, *arguments: str, settings: Mapping[str, str]) -> Iterator[Terminal]:
    """`botcore ...` in a terminal, with `folder` as the working directory."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    variables = environment(settings) | {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
    del variables["COLUMNS"]
    process = subprocess.Popen(
        [sys.executable, "-m", "botcore", *arguments],
        cwd=folder,
        env=variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # or Ctrl-C is no signal
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
