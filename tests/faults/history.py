"""The operation log: what every process says it did, in the order of one clock, written so that a kill can't lose it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

Kind = Literal[
    "accepted",  # the producer was told that the event is durable; `id`, `text` for poison
    "claimed",  # a worker has the turn; `id`, `version`
    "committed",  # the store took the turn; `id`, `version`
    "refused",  # the store refused the turn, since another worker has it
    "released",  # the worker gave the turn back
    "buried",  # the event is among the dead letters; `id`
    "parcel",  # a sender has the message; `key`; `at` is when it asked, since it may be frozen before it hears
    "sent",  # the channel has the message; `key`, `id` that it answers, `text`
    "done",  # the store was told so; `key`
    "fault",  # something was done to the process `by`, or to EVERYBODY; `text` says what
    "cut",  # the server may have lost what it did last; `ids` were accepted in what is lost for certain
]

EVERYBODY = "*"
"""Whom a fault hits that hits the server or its connections."""


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log. `at` is CLOCK_MONOTONIC, which all processes of a machine share."""

    at: float
    by: str
    kind: Kind
    conversation: str = ""
    id: str = ""
    key: str = ""
    text: str = ""
    version: int = 0
    ids: tuple[str, ...] = ()


class History:
    """One process's file of operations. A line is one write, so it is there whole or not at all after kill -9."""

    def __init__(self, folder: Path, by: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.by = by
        self._fd = os.open(folder / f"{by}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, kind: Kind, *, by: str = "", conversation: str = "", id: str = "", key: str = "",
            text: str = "", version: int = 0, ids: Iterable[str] = (), at: float | None = None) -> None:  # fmt: skip
        """Write down what has just happened, or began `at`."""
        at = time.monotonic() if at is None else at
        operation = Operation(at, by or self.by, kind, conversation, id, key, text, version, tuple(ids))
        os.write(self._fd, msgspec.json.encode(operation) + b"\n")

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)


def read(folder: Path) -> list[Operation]:
    """Everything that the processes logged into the folder, in order of time."""
    decode = msgspec.json.Decoder(Operation).decode
    operations = [decode(line) for file in folder.glob("*.jsonl") for line in file.read_bytes().splitlines()]
    return sorted(operations, key=lambda operation: operation.at)
