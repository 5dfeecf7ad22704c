"""Memory files, masking, sentences, and the names of languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botcore import PluginError
from plugins.translation import sentences
from plugins.translation.apertium import debian_package
from plugins.translation.languages import find_language, language_name
from plugins.translation.masking import mask, numbers_lost
from plugins.translation.memory import load, normal
from plugins.translation.plugin import plugin

FOLDER = Path(plugin.folder or "")


@given(st.text(alphabet="ab⟦⟧01`*_[](){}@#:/<>. \n。中", max_size=200))
def test_masking_and_restoring_gives_the_text_again(text: str) -> None:
    masked = mask(text)
    assert masked.restore(masked.text) == (text, ())


@given(st.text(max_size=300), st.integers(5, 50))
def test_sentences_and_parts_joined_are_the_text(text: str, size: int) -> None:
    assert "".join(sentences.split(text)) == text
    parts = sentences.parts(text, size)
    assert "".join(parts) == text
    assert all(len(part) <= size for part in parts)


def test_sentences_end_where_a_person_would_end_them() -> None:
    assert sentences.split("Mr. Smith paid 3.50. Did he? 是的。好！") == [
        "Mr. Smith paid 3.50. ",
        "Did he? ",
        "是的。",
        "好！",
    ]


def test_a_mark_that_is_missing_is_told() -> None:
    masked = mask("Run `make` at https://example.org now")
    assert masked.restore("Los ⟦ 1 ⟧") == ("Los https://example.org", ("`make`",))


def test_numbers_are_compared_without_their_separators() -> None:
    assert numbers_lost("1,000 apples and 2 pears", "1.000 Äpfel") == ("2",)


def test_every_shipped_phrase_is_in_all_six_languages_and_once() -> None:
    phrases = tomllib.loads((FOLDER / "data" / "phrases.toml").read_text("utf-8"))["phrase"]
    assert len(phrases) >= 60
    for phrase in phrases:
        assert set(phrase) == {"en", "zh", "es", "de", "fr", "ja"}
    english = [
        normal(said)
        for phrase in phrases
        for said in ([phrase["en"]] if isinstance(phrase["en"], str) else phrase["en"])
    ]
    assert len(english) == len(set(english))


def test_the_readmes_example_is_a_memory(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL)
    assert block
    (tmp_path / "m.toml").write_text(block[1], "utf-8")
    found = load((tmp_path / "m.toml",)).exact("acme's cloud", "en", "zh")
    assert found
    assert found.translation == "顶峰云"


def test_a_tmx_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(
        '<?xml version="1.0"?><tmx version="1.4"><header/><body><tu><tuv xml:lang="en-US"><seg>Blue <ph>x</ph>sky</seg></tuv>'
        '<tuv xml:lang="DE"><seg>Blauer Himmel</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    found = load((path,)).similar("blue sky", "en", "de")
    assert found
    assert found.translation == "Blauer Himmel"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.tmx", "<tmx><body>"),
        ("m.tmx", '<!DOCTYPE x [<!ENTITY a "b">]><tmx>&a;</tmx>'),
        ("m.toml", "[[phrase"),
        ("m.xls", "x"),
    ],
)
def test_a_faulty_memory_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(PluginError, match=re.escape(str(tmp_path / name))):
        load((tmp_path / name,))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Spanish", "es"),
        ("deutsch", "de"),
        ("英文", "en"),
        ("西班牙文", "es"),
        ("Mandarin", "zh"),
        ("繁體中文", "zh-Hant"),
        ("日本語", "ja"),
        ("my new address", ""),
    ],
)
def test_languages_are_known_by_the_names_people_use(name: str, code: str) -> None:
    assert find_language(name) == code


def test_a_language_is_named_in_the_persons_language() -> None:
    assert language_name("es", "zh") == "西班牙语"
    assert language_name("zh-Hant", "en") == "Traditional Chinese"
    assert language_name("es", "xx") == "Spanish"


def test_debian_packages_are_known_in_both_directions() -> None:
    assert debian_package("es", "en") == "apertium-eng-spa"
    assert debian_package("en", "de") == ""


def test_all_languages_have_the_same_texts_and_placeholders() -> None:
    for name in ("translation", "writing"):
        folder = FOLDER.parent / name / "locales"
        english, chinese = (
            _flat(tomllib.loads((folder / f"{code}.toml").read_text("utf-8"))) for code in ("en", "zh")
        )
        assert english == chinese


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, set[str]]:
    flat: dict[str, set[str]] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = set(re.findall(r"\{(\w+)\}", str(value)))
    return flat
