"""Every text of botcore and of its plugins exists in every language, with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from botcore.i18n.texts import Catalog, core_catalog, load_catalog
from botcore.loader import available_plugins
from botcore.paths import plugin_folders

LANGUAGES = ("en", "zh", "de", "es", "fr", "ja")
_WORD = re.compile(r"(?<![{\w])[A-Za-z]{3,}(?![\w}])")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _catalogs() -> dict[str, Catalog]:
    folders = [folder for base in plugin_folders() for folder in Path(base).glob("*/locales")]
    return {"botcore": core_catalog()} | {folder.parent.name: load_catalog(folder) for folder in folders}


CATALOGS = _catalogs()


def test_all_bundled_plugins_with_texts_are_looked_at() -> None:
    assert {"assistant", "customer_service", "translation", "tutoring", "writing"} <= set(CATALOGS)
    assert set(CATALOGS) - {"botcore"} <= set(available_plugins(plugin_folders()))


@pytest.mark.parametrize("owner", CATALOGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_keys_and_placeholders_of_english(owner: str, language: str) -> None:
    catalog = CATALOGS[owner]
    texts, english = catalog.texts(language), catalog.texts("en")
    assert set(texts) == set(english)
    differing = {
        key
        for key in english
        if set(_PLACEHOLDER.findall(texts[key])) != set(_PLACEHOLDER.findall(english[key]))
    }
    assert not differing


@pytest.mark.parametrize("owner", CATALOGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_was_left_in_english(owner: str, language: str) -> None:
    """Sentences, that is: names, formulas and single words may be alike."""
    catalog = CATALOGS[owner]
    texts, english = catalog.texts(language), catalog.texts("en")
    alike = {key for key in english if len(_WORD.findall(english[key])) > 4 and texts[key] == english[key]}
    assert language == "en" or not alike


@pytest.mark.parametrize("owner", CATALOGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_with_examples_has_some_in_every_language(owner: str, language: str) -> None:
    for intent, by_language in CATALOGS[owner].examples.items():
        assert by_language.get(language), intent
