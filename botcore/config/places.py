"""The places where a setting may stand, read into leaves: flags, the environment, `.env` and TOML files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream

from botcore.config.masks import plain
from botcore.config.origins import Key, Leaf
from botcore.errors import Fault

PREFIX = "BOTCORE_"
CONFIG_VARIABLE = "BOTCORE_CONFIG"
"""Names the configuration file; the one such variable that is no setting."""


class Unreadable(Exception):
    """A file can't be read; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def variable_of(key: Key) -> str:
    """`web.port` is `BOTCORE_WEB__PORT`."""
    return PREFIX + "__".join(key).upper()


def from_flags(overrides: Mapping[str, object]) -> list[Leaf]:
    """Keys are dotted (`web.port`) or tables in tables; None means that the flag was not given."""
    return [
        Leaf(tuple(".".join(key).split(".")), value, "command line")
        for key, value in _flatten(overrides)
        if value is not None
    ]


def from_environment(environment: Mapping[str, str]) -> list[Leaf]:
    """An empty variable counts as not set, so that a line of `.env.example` may stay as it is."""
    return [
        Leaf(_key_of(name), value, f"environment {plain(name)}", variable=True)
        for name, value in environment.items()
        if _is_setting(name) and value
    ]


def from_dotenv(path: Path) -> tuple[list[Leaf], dict[str, str], list[Fault]]:
    """Leaves, all variables, and lines that make no sense. No file is an empty file.

    `$` stands for itself: passwords have it.
    """
    leaves: list[Leaf] = []
    variables: dict[str, str] = {}
    faults: list[Fault] = []
    for binding in parse_stream(StringIO(_read(path))) if path.exists() else []:
        where = f"{path}:{binding.original.line}"
        if binding.error:
            faults.append(Fault(where, "line", "expected NAME=value, # a comment, or nothing"))
        elif binding.key and binding.value:
            variables[binding.key] = binding.value
            if _is_setting(binding.key):
                leaf = Leaf(
                    _key_of(binding.key), binding.value, f"{where} {plain(binding.key)}", variable=True
                )
                leaves.append(leaf)
    return leaves, variables, faults


def from_toml(path: Path, name: str = "") -> list[Leaf]:
    """`name` is how messages call the file. Raises Unreadable."""
    name = name or str(path)
    text = _read(path, name)
    try:
        values = list(_flatten(tomllib.loads(text.replace("\r\n", "\n"))))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(_toml_fault(name, text, str(error))) from None
    except RecursionError:
        raise Unreadable(Fault(name, "file", "its tables or lists are nested too deeply")) from None
    lines = _lines_of(text)
    return [
        Leaf(key, value, f"{name}{_at(lines, key)}", f"{name}{_at(lines, key[:-1]) or _at(lines, key)}")
        for key, value in values
    ]


def _is_setting(name: str) -> bool:
    return name.startswith(PREFIX) and name != CONFIG_VARIABLE


def _key_of(variable: str) -> Key:
    return tuple(variable.removeprefix(PREFIX).lower().split("__"))


def _flatten(table: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, (*above, name))
        else:
            yield (*above, name), value


def _read(path: Path, name: str = "") -> str:
    name = name or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(Fault(name, "file", f"can't be read: {error.strerror or error}")) from None
    except ValueError:
        raise Unreadable(Fault(plain(name), "file", "can't be read: this is no path")) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            Fault(f"{name}:{line}", "file", "is not UTF-8 text: save it in that encoding")
        ) from None


def _toml_fault(name: str, text: str, message: str) -> Fault:
    """tomllib says the place in its message; what stands at that place is not repeated, since it may be a secret."""
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    problem = message[: found.start()] if found else message
    line, column = (found[1], found[2]) if found and found[1] else (str(text.count("\n") + 1), "1")
    return Fault(f"{name}:{line}:{column}", "file", f"is not valid TOML: {plain(problem)}")


_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")


def _lines_of(text: str) -> dict[Key, int]:
    """First line of every table and key, as far as a look at single lines can tell."""
    lines: dict[Key, int] = {}
    table: Key = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside:
            if header := _HEADER.match(line):
                table = _split(header[1])
                lines.setdefault(table, number)
            elif assignment := _ASSIGNMENT.match(line):
                lines.setdefault((*table, *_split(assignment[1])), number)
        for quote in ('"""', "'''"):
            if inside in ("", quote) and line.count(quote) % 2:
                inside = "" if inside else quote
    return lines


def _split(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in re.findall(_NAME, dotted))


def _at(lines: Mapping[Key, int], key: Key) -> str:
    found = next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), 0)
    return f":{found}" if found else ""
