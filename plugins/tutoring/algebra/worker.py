"""The child's loop: one question a line on stdin, one answer a line on stdout, until stdin ends."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

from .question import Request, Unsolved
from .tasks import solve

READY = b"ready\n"


def limit_memory(megabytes: int) -> None:
    """A formula that grows gets a MemoryError here; the machine's other programs notice nothing."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def serve(questions: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Ends with stdin, so that no child outlives its parent; a busy one is ended by its own alarm."""
    answers.write(READY)
    answers.flush()
    for line in questions:
        if hasattr(signal, "alarm"):
            signal.alarm(int(seconds) + 2)
        answers.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        answers.flush()
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def answer(question: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The solution as plain data, or the reason why there is none."""
    try:
        return {"solution": asdict(solve([Request(**request) for request in question]))}
    except Unsolved as error:
        return {"unsolved": error.reason, "values": error.values_}
    except MemoryError:
        return {"unsolved": "too_large", "values": {}}
    except RecursionError:
        return {"unsolved": "too_deep", "values": {"limit": ""}}
    except Exception as error:
        print(f"{type(error).__name__}: {str(error)[:200]}", file=sys.stderr)  # noqa: T201
        return {"unsolved": "no_method", "values": {}}
