"""Phrases and terms with their translations, from TOML, CSV and TMX files."""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

import msgspec

from botcore import PluginError

Phrase = Mapping[str, Sequence[str]]
"""Language -> wordings, the first one being the one to answer with."""


class Match(msgspec.Struct, frozen=True):
    """A phrase of the memory that is, or is like, the text."""

    phrase: str
    translation: str
    others: tuple[str, ...]
    """Other wordings of the translation."""
    score: float


class Memory:
    """Phrases, found by their wording in any language."""

    def __init__(self, phrases: Iterable[Phrase] = ()) -> None:
        self._phrases = list(phrases)
        self._exact: dict[str, dict[str, list[int]]] = {}
        self._grams: dict[str, dict[str, set[int]]] = {}
        for number, phrase in enumerate(self._phrases):
            for language, wordings in phrase.items():
                for wording in wordings:
                    self._index(number, language, normal(wording))

    def _index(self, number: int, language: str, wording: str) -> None:
        numbers = self._exact.setdefault(language, {}).setdefault(wording, [])
        if number not in numbers:
            numbers.append(number)
        for gram in _grams(wording):
            self._grams.setdefault(language, {}).setdefault(gram, set()).add(number)

    def exact(self, text: str, source: str, target: str) -> Match | None:
        """The same words; capitals, punctuation and white space don't matter."""
        numbers = self._exact.get(source, {}).get(normal(text), ())
        wordings = [wording for number in numbers for wording in self._phrases[number].get(target, ())]
        if not wordings:
            return None
        return Match(text, wordings[0], tuple(dict.fromkeys(wordings[1:])), 1.0)

    def sources_of(self, text: str) -> list[str]:
        """The languages in which this is a phrase."""
        wanted = normal(text)
        return [language for language, phrases in self._exact.items() if wanted and wanted in phrases]

    def similar(self, text: str, source: str, target: str, least: float = 0.75) -> Match | None:
        """The phrase most like the text, by Ratcliff and Obershelp's measure (difflib), if that is `least` or more."""
        wanted = normal(text)
        index = self._grams.get(source, {})
        shared = Counter(number for gram in _grams(wanted) for number in index.get(gram, ()))
        best: Match | None = None
        for number, _ in shared.most_common(20):
            for wording in self._phrases[number].get(source, ()):
                score = SequenceMatcher(None, wanted, normal(wording), autojunk=False).ratio()
                if score >= (best.score if best else least) and self._phrases[number].get(target):
                    best = Match(wording, self._phrases[number][target][0], (), score)
        return best

    def terms_in(self, text: str, source: str, target: str) -> dict[str, str]:
        """Of a glossary: the terms that may occur in the text, with their translation."""
        lower = text.lower()
        return {
            term: phrase[target][0]
            for phrase in self._phrases
            if phrase.get(target)
            for term in phrase.get(source, ())
            if term.lower() in lower
        }


def normal(text: str) -> str:
    """The words alone, so that spelling out of capitals and punctuation doesn't matter."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = (
        char if char.isalnum() or char == "'" or unicodedata.category(char) in {"Mn", "Mc"} else " "
        for char in folded
    )
    return " ".join("".join(kept).split())


def _grams(wording: str) -> set[str]:
    return {wording[at : at + 2] for at in range(max(1, len(wording) - 1))}


@lru_cache(maxsize=8)
def load(paths: tuple[Path, ...]) -> Memory:
    """One memory of all files. Blocks. Raises PluginError with the file's name for one that can't be read."""
    return Memory(phrase for path in paths for phrase in _read(path))


def _read(path: Path) -> Sequence[Phrase]:
    try:
        match path.suffix.lower():
            case ".toml":
                return _read_toml(path)
            case ".csv":
                return _read_csv(path)
            case ".tmx":
                return _read_tmx(path)
    except (OSError, ValueError, csv.Error, expat.ExpatError) as error:
        raise PluginError(f"plugin 'translation': {path} can't be read: {error}") from error
    raise PluginError(f"plugin 'translation': {path}: a memory or glossary is a .toml, .csv or .tmx file")


def _read_toml(path: Path) -> list[Phrase]:
    tables = tomllib.loads(path.read_text("utf-8"))
    return [
        {
            language: [said] if isinstance(said, str) else [str(one) for one in said]
            for language, said in phrase.items()
        }
        for tables_of_a_kind in tables.values()
        for phrase in tables_of_a_kind
    ]


def _read_csv(path: Path) -> list[Phrase]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {
                language.strip(): [said.strip()]
                for language, said in row.items()
                if language and said and said.strip()
            }
            for row in csv.DictReader(file)
        ]


def _read_tmx(path: Path) -> Sequence[Phrase]:
    """TMX 1.4 (LISA, 2005): `tu` with `tuv xml:lang`, whose words stand in `seg`. Entities of its own are refused."""
    phrases: list[dict[str, list[str]]] = []
    language, words, depth = "", "", 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal language, words, depth
        if name == "tu":
            phrases.append({})
        elif name == "tuv":
            language = (
                (attributes.get("xml:lang") or attributes.get("lang", "")).lower().split("-")[0].split("_")[0]
            )
        elif name == "seg":
            words, depth = "", 1

    def end(name: str) -> None:
        nonlocal depth
        if name == "seg" and depth:
            depth = 0
            if phrases and language and words.strip():
                phrases[-1].setdefault(language, []).append(words.strip())

    def text(data: str) -> None:
        nonlocal words
        if depth:
            words += data

    def entity(name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name!r}, which a memory has no need of")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = text, entity
    parser.Parse(path.read_bytes(), True)
    return phrases
