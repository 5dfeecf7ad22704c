"""A trained classifier as a file: NumPy arrays and JSON, so that reading one never runs code."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
import numpy.typing as npt

from botcore.errors import CorruptRecord
from botcore.intents.experts import Experts
from botcore.intents.fusion import Fusion
from botcore.intents.logistic import Regression
from botcore.intents.ngrams import Vocabulary
from botcore.intents.scope import Scope
from botcore.intents.svm import Machine
from botcore.intents.training import Judge

FORMAT = 2
"""Counts up whenever a model of before can't be used any more."""


class _Head(msgspec.Struct, frozen=True):
    format: int
    embedder: str
    intents: tuple[str, ...]
    fusion: Fusion
    scope: Scope
    warnings: tuple[str, ...]
    strangers: tuple[str, ...]


class Stored(msgspec.Struct, frozen=True):
    judge: Judge | None
    embedder: str
    """Name of the embedder that it was trained with; empty for none."""
    warnings: tuple[str, ...]


def write(stored: Stored, path: Path) -> None:
    """The file appears whole or not at all."""
    judge = stored.judge
    intents, fusion, scope = (judge.intents, judge.fusion, judge.scope) if judge else ((), Fusion(), Scope())
    strangers = tuple(sorted(judge.strangers)) if judge else ()
    head = _Head(FORMAT, stored.embedder, intents, fusion, scope, stored.warnings, strangers)
    arrays: dict[str, Any] = {"head": np.frombuffer(msgspec.json.encode(head), np.uint8)}
    if judge:
        arrays |= _arrays(judge.experts)
    content = io.BytesIO()
    np.savez(content, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content.getbuffer())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> Stored:
    """Raises CorruptRecord for a file that is none of ours, or of another version; FileNotFoundError for none."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = msgspec.json.decode(arrays["head"].tobytes(), type=_Head)
            if head.format != FORMAT:
                raise CorruptRecord(
                    f"{path} is an intent model of format {head.format}; this version reads {FORMAT}."
                )
            found = {name: arrays[name] for name in arrays.files}
        judge = _judge(head, found) if head.intents else None
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, msgspec.MsgspecError) as error:
        raise CorruptRecord(
            f"{path} is not a whole intent model ({error}). Delete it, and it is trained anew."
        ) from error
    return Stored(judge, head.embedder, head.warnings)


def _judge(head: _Head, arrays: dict[str, npt.NDArray[Any]]) -> Judge:
    return Judge(head.intents, _experts(arrays), head.fusion, head.scope, frozenset(head.strangers))


def _arrays(experts: Experts) -> dict[str, npt.NDArray[Any]]:
    terms = "\n".join(experts.vocabulary.terms).encode()
    arrays: dict[str, npt.NDArray[Any]] = {
        "terms": np.frombuffer(terms, np.uint8),
        "rarity": experts.vocabulary.rarity,
        "examples": experts.examples,
    }
    if experts.machine:
        arrays["machine"] = experts.machine.weights.astype(np.float16)
    for name in ("regression", "discriminant"):
        head: Regression | None = getattr(experts, name)
        if head:
            arrays[f"{name}.weights"] = head.weights
            arrays[f"{name}.bias"] = head.bias
    return arrays


def _experts(arrays: dict[str, npt.NDArray[Any]]) -> Experts:
    terms = arrays["terms"].tobytes().decode()
    machine = Machine(arrays["machine"].astype(np.float32)) if "machine" in arrays else None
    heads = [
        Regression(arrays[f"{name}.weights"], arrays[f"{name}.bias"]) if f"{name}.bias" in arrays else None
        for name in ("regression", "discriminant")
    ]
    vocabulary = Vocabulary(terms.split("\n") if terms else [], arrays["rarity"])
    return Experts(vocabulary, machine, heads[0], heads[1], arrays["examples"])
