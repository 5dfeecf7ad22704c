"""The words of the chat exist in every language, whole."""

import json
import re
from pathlib import Path

import pytest

TEXTS = json.loads((Path(__file__).parents[2] / "botcore/web/widget/src/texts.json").read_text("utf-8"))


def test_the_chat_speaks_the_languages_of_the_bot() -> None:
    assert set(TEXTS) == {"en", "zh", "de", "es", "fr", "ja"}


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_has_the_texts_of_english_with_the_same_places_for_values(language: str) -> None:
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    for key, text in TEXTS["en"].items():
        assert TEXTS[language][key].strip(), key
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", TEXTS[language][key])), (
            key
        )


@pytest.mark.parametrize("language", sorted(set(TEXTS) - {"en"}))
def test_no_sentence_was_left_in_english(language: str) -> None:
    alike = {key for key, text in TEXTS["en"].items() if text.count(" ") > 1 and TEXTS[language][key] == text}
    assert not alike


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_every_text_is_in_the_letters_of_its_language(language: str) -> None:
    for key, text in TEXTS[language].items():
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text), key
