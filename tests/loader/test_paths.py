"""The bundled plugins and settings are found, in the repository and in a wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore import paths


def test_a_wheel_has_its_bundle_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "botcore")
    assert paths.bundled_root() == tmp_path
    (tmp_path / "botcore" / "bundled").mkdir(parents=True)
    assert paths.bundled_root() == tmp_path / "botcore" / "bundled"


def test_plugins_of_ones_own_are_looked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.plugin_folders() == [Path("plugins"), paths.bundled_root() / "plugins"]


def test_in_the_repository_the_two_folders_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(paths.bundled_root())
    assert paths.plugin_folders() == [paths.bundled_root() / "plugins"]
