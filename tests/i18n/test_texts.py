"""Texts come from TOML files; a faulty file is named with its key, so that its author can mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.errors import PluginError
from botcore.i18n.texts import Catalog, load_catalog


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    (tmp_path / "en.toml").write_text('hello = "Hello, {name}!"\nonly_here = "yes"\n[command]\nx = "Do x"\n')
    (tmp_path / "zh.toml").write_text('hello = "你好，{name}！"\n[examples]\nbuy = ["我要买"]\n', "utf-8")
    return tmp_path


def test_a_text_is_given_in_the_persons_language_and_else_in_english(locales: Path) -> None:
    catalog = load_catalog(locales)
    assert catalog.languages == {"en", "zh"}
    assert catalog.text("zh", "hello", name="Ada") == "你好，Ada！"
    assert catalog.text("zh", "only_here") == "yes"
    assert catalog.text("fr", "command.x") == "Do x"


def test_a_key_that_is_nowhere_is_shown_as_itself(locales: Path) -> None:
    assert load_catalog(locales).text("en", "nowhere.at.all") == "nowhere.at.all"


def test_a_value_is_never_searched_for_placeholders(locales: Path) -> None:
    catalog = load_catalog(locales)
    assert catalog.text("en", "hello", name="{only_here}{0.__class__}") == "Hello, {only_here}{0.__class__}!"
    assert catalog.text("en", "hello") == "Hello, {name}!"


def test_examples_stand_beside_the_texts(locales: Path) -> None:
    catalog = load_catalog(locales)
    assert catalog.examples == {"buy": {"zh": ["我要买"]}}
    assert catalog.get("zh", "examples.buy") is None


def test_no_folder_is_an_empty_catalog(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "none"):
        catalog = load_catalog(folder)
        assert isinstance(catalog, Catalog)
        assert not catalog.languages


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"examples = 5", "de.toml: examples: expected a table"),
        (b"examples = ['buy it']", "de.toml: examples: expected a table"),
        (b"[examples]\nbuy = 'buy it'", "de.toml: examples.buy: expected a list of texts"),
        (b"[examples]\nbuy = ['buy it', 5]", "de.toml: examples.buy: expected a list of texts"),
        (b"[examples.buy]\nde = ['x']", "de.toml: examples.buy: expected a list of texts"),
        (b"[a.b]\nc = 5", "de.toml: a.b.c: a text is a string"),
        (b"a = ", "de.toml: Invalid value"),
        (b"a = '\xff'", "de.toml: 'utf-8' codec"),
        (b"a = " + b"[" * 50_000, "de.toml: its lists are nested too deeply"),
        (b"a" + b".a" * 3000 + b" = 'x'", "de.toml: its tables are nested too deeply"),
    ],
)
def test_a_faulty_file_is_named_with_its_key(tmp_path: Path, text: bytes, problem: str) -> None:
    (tmp_path / "de.toml").write_bytes(text)
    with pytest.raises(PluginError) as caught:
        load_catalog(tmp_path)
    assert problem in str(caught.value)


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "de.toml").mkdir()
    with pytest.raises(PluginError, match=r"de\.toml: can't be read: Is a directory"):
        load_catalog(tmp_path)


def test_a_file_with_windows_line_ends_and_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_bytes(b"\xef\xbb\xbfa = 'x'\r\n")
    assert load_catalog(tmp_path).text("de", "a") == "x"
