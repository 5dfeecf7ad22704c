"""The words of the chat exist in both languages, whole."""

import json
import re
from pathlib import Path

TEXTS = json.loads((Path(__file__).parents[2] / "botcore/web/widget/src/texts.json").read_text("utf-8"))


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()


def test_a_text_has_the_same_places_for_values_in_both_languages() -> None:
    for key, text in TEXTS["en"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", TEXTS["zh"][key])), key


def test_no_text_is_empty_and_no_chinese_one_is_english() -> None:
    for key, text in TEXTS["zh"].items():
        assert re.search(r"[\u4e00-\u9fff]", text), key
        assert TEXTS["en"][key].strip(), key
