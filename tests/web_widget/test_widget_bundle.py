"""The committed file is what the sources make, small, and asks nobody else for anything."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "botcore" / "web"
BUNDLE = WEB / "static" / "widget.js"
PAGE = WEB / "static" / "index.html"


def test_the_bundle_is_within_60_kib_compressed() -> None:
    assert len(gzip.compress(BUNDLE.read_bytes(), 9)) <= 60 * 1024


def test_the_bundle_makes_no_code_from_text() -> None:
    """Under a strict content security policy `eval` and `Function` would stop it."""
    assert not re.search(r"\beval\(|new Function\(", BUNDLE.read_text("utf-8"))


def test_the_page_loads_nothing_from_elsewhere() -> None:
    loaded = re.findall(r"""(?:src|href|url\()\s*=?\s*["']([^"']+)""", PAGE.read_text("utf-8"))
    assert loaded
    assert all(address == "widget.js" or address.startswith("data:image/svg+xml,") for address in loaded), (
        loaded
    )


def test_the_lock_file_names_no_host() -> None:
    assert "resolved" not in (WEB / "widget" / "package-lock.json").read_text("utf-8")


@pytest.mark.slow
def test_the_committed_bundle_is_what_the_sources_make(tmp_path: Path) -> None:
    widget = WEB / "widget"
    assert (widget / "node_modules").is_dir(), "run `npm ci --prefix botcore/web/widget` first"
    fresh = tmp_path / "widget.js"
    subprocess.run(["node", "build.mjs", str(fresh)], cwd=widget, check=True, capture_output=True)
    remedy = "run `npm run build --prefix botcore/web/widget`"
    assert fresh.read_text("utf-8") == BUNDLE.read_text("utf-8"), remedy
    licences = "widget.licences.txt"
    assert (tmp_path / licences).read_text("utf-8") == (WEB / "static" / licences).read_text("utf-8"), remedy
