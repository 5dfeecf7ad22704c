"""Texts by language, from TOML files: `locales/<language>.toml`, nested tables joined by dots."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botcore.errors import PluginError

FALLBACK = "en"


class Catalog:
    """The texts of one owner (botcore itself, or a plugin) in all its languages.

    A key that a language lacks is taken from English; one that English lacks too is shown as itself, so that a
    missing text is seen and nobody is left without an answer.
    """

    def __init__(
        self, texts: Mapping[str, Mapping[str, str]], examples: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> None:
        self._texts = texts
        self.examples = examples
        """Intent -> language -> examples, from the tables `[examples]`."""

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._texts)

    def texts(self, language: str) -> Mapping[str, str]:
        """All texts of this language itself, by key."""
        return self._texts.get(language, {})

    def get(self, language: str, key: str) -> str | None:
        """The raw text, from `language` or English; None where neither has it."""
        for code in (language, FALLBACK):
            text = self._texts.get(code, {}).get(key)
            if text is not None:
                return text
        return None

    def text(self, language: str, key: str, /, **values: object) -> str:
        """The text with `{placeholders}` filled in; a value is never searched for placeholders itself."""
        template = self.get(language, key)
        if template is None:
            return key
        return template.format_map(_Visible(values))


class Wording:
    """An owner's texts in one language: what a handler has as `ctx.t`."""

    def __init__(self, catalog: Catalog, language: str) -> None:
        self._catalog = catalog
        self._language = language

    def __call__(self, key: str, /, **values: object) -> str:
        return self._catalog.text(self._language, key, **values)

    def into(self, language: str) -> Wording:
        """The same texts in another language."""
        return Wording(self._catalog, language)


class _Visible(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def core_catalog() -> Catalog:
    """What botcore itself says."""
    return load_catalog(Path(__file__).parent / "locales")


def load_catalog(folder: Path | None) -> Catalog:
    """All `*.toml` of `folder`; an empty catalog where there is none. Raises PluginError, which names the file and
    the key that is wrong in it."""
    texts: dict[str, dict[str, str]] = {}
    examples: dict[str, dict[str, list[str]]] = {}
    for path in sorted(folder.glob("*.toml")) if folder and folder.is_dir() else []:
        data = _read(path)
        for intent, said in _examples(data.pop("examples", {}), path):
            examples.setdefault(intent, {})[path.stem] = said
        try:
            texts[path.stem] = dict(_flatten(data, path))
        except RecursionError as error:
            raise PluginError(f"{path}: its tables are nested too deeply") from error
    return Catalog(texts, examples)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"{path}: {error}") from error
    except RecursionError as error:
        raise PluginError(f"{path}: its lists are nested too deeply") from error
    except OSError as error:
        raise PluginError(f"{path}: can't be read: {error.strerror or error}") from error


def _examples(table: object, path: Path) -> list[tuple[str, list[str]]]:
    if not isinstance(table, dict):
        raise PluginError(f"{path}: examples: expected a table with a list of texts for each intent")
    for intent, said in table.items():
        if not isinstance(said, list) or not all(isinstance(text, str) for text in said):
            raise PluginError(f"{path}: examples.{intent}: expected a list of texts")
    return list(table.items())


def _flatten(table: Mapping[str, Any], path: Path, prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            pairs += _flatten(value, path, f"{prefix}{key}.")
        elif isinstance(value, str):
            pairs.append((f"{prefix}{key}", value))
        else:
            raise PluginError(
                f"{path}: {prefix}{key}: a text is a string, and this is {type(value).__name__}"
            )
    return pairs
