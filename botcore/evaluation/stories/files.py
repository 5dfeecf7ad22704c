"""Reads stories from TOML and Markdown files, and names every mistake with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from botcore.errors import ConfigurationError, Fault
from botcore.evaluation.stories.markdown import parse_markdown
from botcore.evaluation.stories.story import Story

_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {".toml": tomllib.loads, ".md": parse_markdown}
_MAX_BYTES = 4 * 1024 * 1024


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    story: tuple[Story, ...]


def read_stories(paths: Iterable[Path]) -> list[tuple[Path, Story]]:
    """Of files, and of all `.toml` and `.md` files in folders (a README is none), in the order of their names.

    Raises ConfigurationError with all mistakes of all files, and where there is no story at all.
    """
    asked = list(paths)
    found: list[tuple[Path, Story]] = []
    faults: list[Fault] = []
    for path in (file for one in asked for file in _files(one)):
        try:
            found += [(path, story) for story in _read(path)]
        except (OSError, ValueError, RecursionError) as error:
            faults.append(Fault(str(path), "file", _problem(error)))
    if not found and not faults:
        where = ", ".join(map(str, asked)) or "the enabled plugins"
        faults.append(Fault(where, "stories", "there are none; see docs/intents.md for how one looks"))
    if faults:
        raise ConfigurationError(faults)
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix in _READERS and one.stem.upper() != "README")


def _read(path: Path) -> tuple[Story, ...]:
    if path.suffix not in _READERS:
        raise ValueError("a file of stories ends in .toml or .md")
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError("it has more than 4 MB, which is more than stories can be")
    return msgspec.convert(_READERS[path.suffix](path.read_text("utf-8-sig")), _File).story


def _problem(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"can't be read: {error.strerror}"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text: save it in that encoding"
    if isinstance(error, RecursionError):
        return "its tables or lists are nested too deeply"
    return str(error)
