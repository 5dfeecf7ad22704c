"""Apertium, the free rule-based translator, where it is installed (Forcada et al., "Apertium", 2011).

One process for each text: `apertium -z` holds its output back until its input ends, so that a process that stays
would not answer. All sentences of a text go through together, in about 0.2 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from typing import IO

from botcore import EngineError

from .languages import base, three_letters

_PAIRS = """afr-nld arg-cat bel-rus br-fr cat-ita cat-srd dan-nor en-gl eng-cat eng-spa eo-ca eo-en eo-es eo-fr es-gl es-pt
    es-ro eu-en eu-es fr-es fra-cat hbs-eng hbs-mkd hbs-slv ind-zlm isl-eng isl-swe mkd-bul mkd-eng oc-ca oc-es oci-fra
    por-cat pt-gl rus-ukr spa-arg spa-ast spa-cat spa-ita swe-dan swe-nor urd-hin"""
_DEBIAN = frozenset(_PAIRS.split())
"""Pairs that Debian 12 packages, as `apertium-<pair>`."""
_MOST_AT_ONCE = 4
_BREAK = "\n\n"
"""Ends a sentence for Apertium, and comes through."""


def debian_package(source: str, target: str) -> str:
    """The package that brings a pair; empty where there is none."""
    for one, other in ((base(source), base(target)), (base(target), base(source))):
        for pair in (f"{three_letters(one)[:3]}-{three_letters(other)[:3]}", f"{one}-{other}"):
            if pair in _DEBIAN:
                return f"apertium-{pair}"
    return ""


class ApertiumFailed(EngineError):
    """It is installed and knows the pair, and did not translate."""


class Apertium:
    """The pairs that this machine has."""

    def __init__(self, deadline_s: float = 20.0) -> None:
        self._deadline_s = deadline_s
        self._modes: frozenset[str] | None = None
        self._running = asyncio.Semaphore(_MOST_AT_ONCE)

    async def mode(self, source: str, target: str) -> str:
        """Apertium's name of the pair; empty where it isn't installed."""
        if self._modes is None:
            listed = await self._run(["-l"], b"") if shutil.which("apertium") else b""
            self._modes = frozenset(listed.decode("utf-8", "replace").split())
        one, other = base(source), base(target)
        for pair in (f"{three_letters(one)}-{three_letters(other)}", f"{one}-{other}"):
            if pair in self._modes:
                return pair
        return ""

    async def translate(self, sentences: Sequence[str], mode: str) -> list[str]:
        """The sentences, one for one; an empty one stays. Raises ApertiumFailed, also where the deadline passes."""
        lines = [" ".join(sentence.replace("\0", " ").split()) for sentence in sentences]
        full = [line for line in lines if line]
        if not full:
            return lines
        text = _BREAK.join(full).encode("utf-8", "replace")
        output = (await self._run(["-u", mode], text)).decode("utf-8", "replace").strip("\n").split(_BREAK)
        if len(output) != len(full) or not all(output):
            raise ApertiumFailed(f"Apertium made {sum(map(bool, output))} sentences of {len(full)}.")
        translated = iter(output)
        return [next(translated) if line else "" for line in lines]

    async def _run(self, arguments: Sequence[str], stdin: bytes) -> bytes:
        async with self._running:
            with tempfile.TemporaryFile() as given:
                # Apertium's script opens /dev/stdin, which uvloop's kind of pipe (a socket) does not allow.
                given.write(stdin)
                given.seek(0)
                return await self._run_on(arguments, given)

    async def _run_on(self, arguments: Sequence[str], stdin: IO[bytes]) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                "apertium",
                *arguments,
                stdin=stdin,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            raise ApertiumFailed(f"Apertium can't be started: {error}.") from error
        try:
            output, _ = await asyncio.wait_for(process.communicate(), self._deadline_s)
        except (TimeoutError, asyncio.CancelledError) as reason:
            _end(process)
            await process.wait()
            if isinstance(reason, asyncio.CancelledError):
                raise
            raise ApertiumFailed(f"Apertium took longer than {self._deadline_s:.0f} s.") from reason
        if process.returncode:
            raise ApertiumFailed(f"Apertium ended with status {process.returncode}.")
        return output


def _end(process: asyncio.subprocess.Process) -> None:
    """End the shell and the whole pipeline that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
