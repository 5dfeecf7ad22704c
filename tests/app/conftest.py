"""A service for each test that breaks it, and one for all tests of a module that leave it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.service import Service, service_in


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """With the plugin `probe` alone; not started."""
    with service_in(tmp_path / "bot") as service:
        yield service
