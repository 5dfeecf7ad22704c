"""The sample files say the truth about every setting."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from botcore.config import Settings, load_settings
from botcore.config.load import KEYS
from botcore.config.places import variable_of
from botcore.paths import bundled_root

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "config" / "botcore.toml"


def flat(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, (*above, name))
        else:
            yield (*above, name), value


def test_the_sample_file_holds_every_setting_with_its_default_and_nothing_else() -> None:
    sample = dict(flat(tomllib.loads(SAMPLE.read_text("utf-8"))))
    defaults = dict(flat(Settings().model_dump(mode="json")))
    assert sample == defaults
    assert set(sample) == set(KEYS)


def test_the_sample_file_loads_as_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(SAMPLE, environment={}).model_dump() == Settings().model_dump()


def test_every_setting_of_the_sample_file_is_explained() -> None:
    explained = False
    for line in SAMPLE.read_text("utf-8").splitlines():
        assert explained or "=" not in line or line.startswith("#"), line
        # A comment covers the lines below it, up to the next blank line or table.
        explained = line.startswith("#") or (explained and "=" in line)


def test_the_sample_environment_names_settings_only_and_sets_none() -> None:
    named = dotenv_values(ROOT / ".env.example")
    assert set(named) <= {variable_of(key) for key in KEYS}
    assert not any(named.values())


def test_the_assistant_takes_what_is_left_so_it_is_the_last_fallback() -> None:
    assert Settings().plugins.enabled[-1] == "assistant"


def test_the_bundled_folder_holds_the_sample_file() -> None:
    assert (bundled_root() / "config" / "botcore.toml").is_file()
