"""Adds to the operators' examples (`intents.examples_file`), and leaves what they wrote in the file as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botcore.config.examples import add_own_examples
from botcore.config.names import nearest
from botcore.config.settings import Settings
from botcore.errors import BotcoreError, ConfigurationError, Fault
from botcore.intents.base import OUT_OF_SCOPE, Examples

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Array, Table

_HEAD = "# What people say, beside the examples that the plugins bring: a table for each intent, a list for each language.\n"
MOST_CHARACTERS = 480
"""What is longer is no example but a letter; the classifier would not read all of it either."""


def add_example(
    settings: Settings, declared: Examples, intents: Iterable[str], text: str, intent: str, language: str
) -> bool:
    """Whether it was added; False where it is there already. The file appears whole or not at all.

    `declared` are the plugins' examples. Raises ConfigurationError for a file with mistakes, for an intent that does not
    exist and for a text that is none; BotcoreError where another intent has the text, or the file can't be written.
    """
    known = [*intents, OUT_OF_SCOPE]
    all_examples = add_own_examples(settings, declared, known)
    said = " ".join(text.split())
    _check(said, intent, language, known)
    for other, by_language in all_examples.items():
        if any(_alike(said, one) for texts in by_language.values() for one in texts):
            if other == intent:
                return False
            raise BotcoreError(
                f"{said!r} is an example of {other!r} already, and nothing was changed: a text that belongs to two "
                "intents teaches neither. Take it out there first, or choose that intent."
            )
    _write(settings.intents.examples_file, said, intent, language)
    return True


def _check(said: str, intent: str, language: str, known: list[str]) -> None:
    faults = []
    if intent not in known:
        unknown = f"there is no intent of this name{nearest(intent, known)}; `botcore plugin list` shows all"
        faults.append(Fault("command line", "intent", unknown, intent))
    if not said or not said.isprintable():
        faults.append(
            Fault("command line", "text", "expected what a person may say, in letters that can be shown")
        )
    if len(said) > MOST_CHARACTERS:
        faults.append(Fault("command line", "text", f"expected {MOST_CHARACTERS} characters at most"))
    if not (language.isascii() and language.islower() and 2 <= len(language) <= 3):
        faults.append(
            Fault("command line", "--language", "expected the code of a language, like en or zh", language)
        )
    if faults:
        raise ConfigurationError(faults)


def _alike(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _write(path: Path, said: str, intent: str, language: str) -> None:
    import tomlkit

    try:
        old = path.read_text("utf-8-sig") if path.exists() else _HEAD
        document = tomlkit.parse(old)
        _put(document, said, intent, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_text(tomlkit.dumps(document), "utf-8")
        if path.exists():
            unfinished.chmod(path.stat().st_mode)
        unfinished.replace(path)
    except OSError as error:
        raise BotcoreError(f"{path} can't be written ({error.strerror}); nothing was changed") from error


def _put(document: TOMLDocument, said: str, intent: str, language: str) -> None:
    import tomlkit

    if intent not in document:
        document.append(intent, tomlkit.table())
    table = cast("Table", document[intent])
    if language not in table:
        table.append(language, tomlkit.array())
    cast("Array", table[language]).append(said)
